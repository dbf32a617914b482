"""What every setting of one knob keeps and loses of questions.

What is measured is what use will do. With the knob ``"ratio"`` every setting is a call of the chain with that
ratio. With ``"score"`` the stages are run once, and each setting is `excerpt.calibrated.knob.ScoreRule` on the last
ranking, rendered and counted; that is all a call with a calibrated budget does, so the two agree (a test holds it).
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from excerpt.budget import Budget
from excerpt.calibrated.drift import WATCHED, watched
from excerpt.calibrated.knob import ScoreRule
from excerpt.calibrated.policy import ALL, Knob, Loss
from excerpt.chain import Chain
from excerpt.contracts import CompressorContract, ScorerContract, with_defaults
from excerpt.errors import InputError, PolicyError
from excerpt.eval.cache.passages import PassageMemory
from excerpt.eval.cache.scorers import ScoreCache, cached_scores
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.scores import characters, contains_answer, usable_answers
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.run.deadline import Deadline
from excerpt.run.fit import Room, passage_scores
from excerpt.tokens import BUNDLED, TokenCounter, TokenizerLike, resolve_tokenizer
from excerpt.values.spans import Span, intersect
from excerpt.values.stored import Recall
from excerpt.values.types import Context, Ranking

__all__ = ["GRIDS", "LOSSES", "Measured", "measure", "temperature_of"]

LOSSES: tuple[Loss, ...] = ("evidence", "any-evidence", "answer")
"""What can be limited; each is at most 1."""

# Fixed beforehand: settings that were chosen after a look at the questions would not be covered by the promise.
GRIDS: Mapping[Knob, tuple[float, ...]] = {
    "ratio": tuple(round(float(value), 4) for value in np.geomspace(0.95, 0.01, 40)),
    "score": tuple(float(f"{value:.4g}") for value in np.geomspace(1e-6, 100, 73)),
}
"""The settings of each knob, mildest first."""


class _Kept(NamedTuple):
    """What one setting keeps of one question."""

    spans: Sequence[Sequence[Span]]
    text: str
    share: float
    numbers: Mapping[str, float]


@dataclass(slots=True)
class Measured:
    """Every calibration question at every setting.

    Args:
        knob: The knob.
        grid: Its settings, mildest first.
        temperature: Of the score rule; None for its own scale.
        losses: For each kind ``(questions, settings)``; NaN rows where a question cannot lose anything.
        kept: Share of the tokens kept, ``(questions, settings)``.
        numbers: The watched numbers, ``(questions, settings, len(WATCHED))``; NaN where there are none.
        groups: The group of each question.
    """

    knob: Knob
    grid: tuple[float, ...]
    temperature: float | None = None
    losses: dict[Loss, list[list[float]]] = field(default_factory=lambda: {name: [] for name in LOSSES})
    kept: list[list[float]] = field(default_factory=list)
    numbers: list[list[list[float]]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, question: Question, settings: Sequence[_Kept], group: str = ALL) -> None:
        """Note one question, given what each setting keeps of it."""
        judge = _Judge(question)
        rows = [judge.losses(kept) for kept in settings]
        for name, table in self.losses.items():
            table.append([row[name] for row in rows])
        self.kept.append([kept.share for kept in settings])
        self.numbers.append([[kept.numbers.get(name, math.nan) for name in WATCHED] for kept in settings])
        self.groups.append(group)


class _Judge:
    """What settings lose of one question."""

    def __init__(self, question: Question) -> None:
        self.evidence = question.evidence
        self.texts = [passage.text for passage in question.passages]
        self.needed = sum(map(characters, self.texts, question.evidence))
        self.answers = usable_answers(question.answers)
        self.answered = contains_answer("\n".join(self.texts), self.answers)

    def losses(self, kept: _Kept) -> dict[Loss, float]:
        """Each loss, from 0 to 1; NaN where the question has nothing to lose."""
        held = sum(map(characters, self.texts, map(intersect, self.evidence, kept.spans)))
        lost = 1 - held / self.needed if self.needed else math.nan
        return {
            "evidence": lost,
            "any-evidence": float(held < self.needed) if self.needed else math.nan,
            "answer": float(not contains_answer(kept.text, self.answers)) if self.answered else math.nan,
        }


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every question is measured with."""

    chain: Chain
    counter: TokenCounter
    memory: PassageMemory
    grid: tuple[float, ...]
    temperature: float | None

    def by_ratio(self, question: Question) -> Iterator[_Kept]:
        """Each ratio is a call of the chain."""
        for ratio in self.grid:
            budget = Budget(ratio=ratio, tokenizer=self.counter)
            result = self.chain.compress(question.query, question.passages, budget=budget, stored=self.memory)
            rankings = result.context.rankings
            numbers = watched(rankings[-1]) if rankings else {}
            yield _Kept([kept.spans for kept in result.passages], result.text, result.ratio, numbers)

    def by_score(self, question: Question) -> Iterator[_Kept]:
        """Each threshold is a choice from one ranking; the same choice is rendered once."""
        whole = Context.start(question.query, question.passages, Recall(self.memory))
        everything = self._kept(whole, whole.kept, [0.0] * len(whole.passages), math.inf)
        context, ranking = self._ranked(whole)
        if ranking is None:
            yield from [everything] * len(self.grid)
            return
        scores, numbers = passage_scores(context.rankings, len(context.passages)), watched(ranking)
        tokens_in = self.counter.count(everything.text)
        known: dict[bytes, _Kept] = {}
        for threshold in self.grid:
            mask = ScoreRule(threshold, self.temperature).allowed(ranking.scores, ranking.eligible)
            key = mask.tobytes()
            if key not in known:
                spans = ranking.units.spans(mask, len(context.passages))
                kept = self._kept(context, spans, scores, tokens_in)
                known[key] = (everything if kept.share >= 1 else kept)._replace(numbers=numbers)
            yield known[key]

    def _kept(
        self, context: Context, spans: Sequence[Sequence[Span]], scores: Sequence[float], tokens_in: float
    ) -> _Kept:
        text = self.chain.layout.render(context.passages, spans, scores).text
        share = 1.0 if math.isinf(tokens_in) else self.counter.count(text) / max(tokens_in, 1)
        return _Kept(spans, text, share, {})

    def _ranked(self, context: Context) -> tuple[Context, Ranking | None]:
        """The stages without any limit, and the last one's ranking; None where it had nothing to rank."""
        before = 0
        for stage in self.chain.stages:
            before = len(context.rankings)
            room = Room(stage.name, None, self.chain.layout, self.counter, Deadline(), self.chain.guards)
            context = stage.compress(context, room)
        if len(context.rankings) > before:
            return context, context.rankings[-1]
        if any(context.kept):
            message = (
                f"calibrate: the knob `score` needs the scores of the last stage, and {self.chain.stages[-1].name} "
                "ranks nothing; use the knob `ratio`"
            )
            raise PolicyError(message)
        return context, None


def measure(
    rows: Iterable[Mapping[str, Any]],
    chain: Chain,
    knob: Knob,
    *,
    group_by: str = "",
    tokenizer: TokenizerLike = BUNDLED,
    progress: Callable[[], None] | None = None,
) -> Measured:
    """Run a chain over questions at every setting of a knob.

    Args:
        rows: Questions in the JSONL input form.
        chain: The chain.
        knob: ``"ratio"`` or ``"score"``.
        group_by: Key of the records that names a question's group; "" for none.
        tokenizer: The reader's tokenizer.
        progress: Called after each question.

    Raises:
        InputError: A row is wrong; the message has its number.
        PolicyError: The knob is ``"score"`` and the chain's last stage leaves no ranking.
    """
    grid, temperature = GRIDS[knob], temperature_of(chain) if knob == "score" else None
    bench = _Bench(
        cached_scores(chain, ScoreCache(DiskCache(":memory:"))) if knob == "ratio" else chain,
        resolve_tokenizer(tokenizer),
        PassageMemory(chain),
        grid,
        temperature,
    )
    found = Measured(knob, grid, temperature)
    for number, row in enumerate(rows, start=1):
        where = f"question {number}"
        question = Question.of(row, where)
        group = _group(row, group_by, where)
        bench.memory.learn(question.passages)
        found.add(
            question,
            list(bench.by_score(question) if knob == "score" else bench.by_ratio(question)),
            group,
        )
        if progress is not None:
            progress()
    return found


def temperature_of(chain: Chain) -> float | None:
    """What the scores of the last stage are divided by to be log-odds; None where its scorer does not say."""
    scorer = with_defaults(chain.stages[-1], CompressorContract).scorer
    value = with_defaults(scorer, ScorerContract).temperature
    return None if value is None else float(value)


def _group(row: Mapping[str, Any], key: str, where: str) -> str:
    if not key:
        return ALL
    if not isinstance(row.get(key), str | int) or not str(row[key]):
        message = f"{where}: {key}: expected the name of the question's group, got {row.get(key)!r:.80}"
        raise InputError(message)
    return str(row[key])
