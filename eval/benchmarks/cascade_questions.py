"""Questions for the cascade: dev sets, larger ones pooled of several questions, and states that were encoded before.

The states are those of ``evidence_ranker_signals.py``, made once for each set; what a window of a passage would have
given is cut out of them.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from evidence_ranker_signals import SignalFile, chosen
from numpy.typing import NDArray

from excerpt.compressors import Guards
from excerpt.compressors.cascade.partly_read import PartlyRead, Windows
from excerpt.compressors.cascade.prospects import Prospects
from excerpt.compressors.evidence.quantized import quantize_vectors
from excerpt.compressors.evidence.signals import PassageSignals
from excerpt.compressors.scorers.evidence import EvidenceScore
from excerpt.compressors.units.splitting import split
from excerpt.compressors.vectors.passage_states import WindowReader
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.models import SentenceEncoder
from excerpt.models.training.common.questions import evenly_spread
from excerpt.tokens import resolve_tokenizer
from excerpt.values.spans import intersect, total_length
from excerpt.values.types import Context, Passage, Units

__all__ = ["CachedScore", "Seen", "Set", "greedy", "pooled", "questions", "signal_file"]


class Set(NamedTuple):
    """What is measured on.

    Args:
        name: Of the data.
        pool: The passages of so many questions, the first one's own among them, make one question; 1 for its own alone.
    """

    name: str
    pool: int = 1

    @property
    def shown(self) -> str:
        """In rows."""
        return self.name if self.pool == 1 else f"{self.name} x{self.pool}"


def pooled(folder: PreparedFolder, of: Set, part: str, limit: int) -> list[dict[str, Any]]:
    """So many questions, evenly spread, with the passages of others among their own."""
    every = chosen(folder, of.name, part)
    picked = evenly_spread(every, limit)
    draw = np.random.default_rng(0)
    return picked if of.pool == 1 else [_with_others(row, every, of.pool, draw) for row in picked]


def _with_others(
    row: dict[str, Any], every: Sequence[dict[str, Any]], pool: int, draw: np.random.Generator
) -> dict[str, Any]:
    passages = list(row["passages"])
    there = {each["text"] for each in passages}
    others = [every[index] for index in draw.permutation(len(every)) if every[index] is not row]
    for other in others[: pool - 1]:
        fresh = [each for each in other["passages"] if each["text"] not in there]
        there |= {each["text"] for each in fresh}
        passages += [{**each, "evidence": [], "gold": False} for each in fresh]
    return {**row, "passages": [passages[index] for index in draw.permutation(len(passages))]}


class _CachedReader:
    """Windows of passages whose states are in a file.

    Args:
        cut: The windows.
        known: The signals of each passage.
        states: The same without a head: a passage's vector is the mean of the encoder's states.
    """

    def __init__(
        self, cut: WindowReader, known: Sequence[PassageSignals], states: Sequence[PassageSignals]
    ) -> None:
        self.passage, self.spans, self.tokens = cut.passage, cut.spans, cut.tokens
        self._known, self._states = known, states
        self._read: set[int] = set()

    def read(self, windows: Sequence[int]) -> None:
        self._read.update(windows)

    def signals(self, index: int, known: PassageSignals | None = None) -> PassageSignals:
        first, last = np.searchsorted(self.passage, [index, index + 1]).tolist()
        read = [number for number in range(first, last) if number in self._read]
        known, whole = self._known[index], self._states[index]
        if len(read) == last - first:
            return known
        inside = np.zeros(len(known.start), dtype=bool)
        for start, end in self.spans[read].tolist():
            inside |= (known.start >= start) & (known.start < end)
        states = whole.tokens[inside] * (whole.scale[inside] * whole.norm[inside])[:, None]
        mean = states.sum(axis=0, keepdims=True) / max(len(states), 1)
        vector, scale, _ = quantize_vectors(mean.astype(np.float32))
        return known._replace(
            tokens=known.tokens[inside],
            scale=known.scale[inside],
            norm=known.norm[inside] if len(known.norm) else known.norm,
            start=known.start[inside],
            vector=vector,
            vector_scale=scale,
        )


@dataclass(frozen=True)
class CachedScore(EvidenceScore):
    """The scorer, with states from a file.

    Args:
        files: The file of the set that is being measured, alone in a list.
        cuts: The windows of the passages that were read last, by their texts.
    """

    files: list[SignalFile] = field(default_factory=list)
    cuts: dict[tuple[str, ...], WindowReader] = field(default_factory=dict)

    def signals(self, passages: Sequence[Passage]) -> list[PassageSignals]:
        """What the encoder made before."""
        return self.files[0].signals(passages, self.head)

    def reader(self, passages: Sequence[Passage]) -> Windows:
        """The same window by window."""
        key = tuple(passage.titled_text for passage in passages)
        if key not in self.cuts:
            self.cuts.clear()
            self.cuts[key] = WindowReader(self.encoder, passages)
        return _CachedReader(self.cuts[key], self.signals(passages), self.files[0].signals(passages))


@dataclass
class Seen:
    """One question as the experiments need it.

    Attributes:
        context: The question and its passages.
        units: Its records.
        held: Characters of evidence in each, ``(n,)``.
        cost: Tokens of each, ``(n,)``.
        tokens: Of all passages.
        full: What the full pass scores, ``(n,)``.
        prospects: Makes the windows by their words for a share that the budget buys.
    """

    context: Context
    units: Units
    held: NDArray[np.int64]
    needed: int
    cost: NDArray[np.int64]
    tokens: int
    full: NDArray[np.float64]
    prospects: Callable[[float], tuple[PartlyRead, Prospects]]

    def recall(self, scores: NDArray[np.float64], ratio: float) -> float:
        """Share of the evidence that is bought, best first, as long as it fits."""
        return float(self.held[greedy(self.cost, scores, int(ratio * self.tokens))].sum() / self.needed)


def greedy(cost: NDArray[np.int64], scores: NDArray[np.floating], limit: int) -> NDArray[np.bool_]:
    """The best that fit, skipping what does not."""
    kept = np.zeros(len(cost), dtype=bool)
    for index in np.argsort(-scores, kind="stable").tolist():
        if cost[index] <= limit:
            kept[index] = True
            limit -= int(cost[index])
    return kept


def seen(row: dict[str, Any], where: str, scorer: CachedScore) -> Seen | None:
    """A question, None where it has no evidence."""
    question = Question.of(row, where)
    if not any(question.evidence):
        return None
    counter = resolve_tokenizer("bundled")
    context = Context.start(question.query, question.passages)
    units = split("record", context, Guards())
    columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    held = [
        total_length(intersect([(start, end)], question.evidence[index])) for index, start, end in columns
    ]

    def prospects(budget: float) -> tuple[PartlyRead, Prospects]:
        read = PartlyRead(scorer, context, units)
        return read, Prospects(context.query, read.passages, read.units, read.window, read.passage, budget)

    return Seen(
        context,
        units,
        np.array(held),
        sum(map(total_length, question.evidence)),
        np.array(counter.count_many(units.texts(context.passages))),
        sum(counter.count_many([passage.text for passage in context.passages])),
        scorer.score(context, units),
        prospects,
    )


def questions(  # noqa: PLR0917 - where, which and how many
    folder: PreparedFolder, of: Set, part: str, given: argparse.Namespace, scorer: CachedScore, limit: int
) -> Iterator[Seen]:
    """Those of a set that have evidence."""
    scorer.files[:] = [signal_file(given, folder, of, part, scorer.encoder)]
    for number, row in enumerate(pooled(folder, of, part, limit)):
        found = seen(row, f"{of.shown} {number}", scorer)
        if found is not None:
            yield found


def signal_file(
    given: argparse.Namespace, folder: PreparedFolder, of: Set, part: str, encoder: SentenceEncoder
) -> SignalFile:
    """The states of a set's passages, made where they are not there."""
    return SignalFile(
        given.cache / "signals" / f"{of.name}.{part}.npz", encoder, chosen(folder, of.name, part)
    )
