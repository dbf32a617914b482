"""Run chains over questions whose answers or evidence are known, and measure what they keep."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from excerpt.budget import Budget
from excerpt.chain import Chain
from excerpt.contracts import ReaderContract, with_defaults
from excerpt.errors import InputError
from excerpt.eval.cache.scorers import ScoreCache, cached_scores
from excerpt.eval.cells import Cell
from excerpt.eval.chains import Compresses
from excerpt.eval.data.questions import Question
from excerpt.eval.limits import Limit, checked
from excerpt.eval.metrics.bottleneck import bottleneck_scores
from excerpt.eval.metrics.invariants import breaches
from excerpt.eval.metrics.reading import failed_reading, likelihood_scores, reading_scores
from excerpt.eval.metrics.scores import score
from excerpt.eval.oracle import WholeContext
from excerpt.eval.table import Table
from excerpt.models.generation.bottleneck import BottleneckMeter
from excerpt.models.readers import Answer, Reader, TellsLikelihood
from excerpt.models.readers.remembering import read_all
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.tokens import BUNDLED, TokenCounter, TokenizerLike, resolve_tokenizer
from excerpt.values.compressed import Compressed

__all__ = ["Watch", "evaluate"]

Key = tuple[str, Limit]
Watch = Callable[[Question, Mapping[Key, Compressed]], None]
"""Called after each question with what every chain made of it at every limit, failures left out."""


def evaluate(  # noqa: PLR0913 - the options of an evaluation meet here
    rows: Iterable[Mapping[str, Any]],
    chains: Mapping[str, Compresses],
    limits: Sequence[Limit],
    *,
    tokenizer: TokenizerLike = BUNDLED,
    reader: Reader | None = None,
    likelihood: TellsLikelihood | None = None,
    bottleneck: BottleneckMeter | None = None,
    cache: ScoreCache | None = None,
    seed: int = 0,
    progress: Callable[[], None] | None = None,
    watch: Watch | None = None,
) -> Table:
    """Compress every question with every chain at every limit, and measure.

    Rows are read one at a time. A chain that fails on a question scores 0 there on every recall that
    applies, and the failure is counted.

    Args:
        rows: Questions in the JSONL input form, with ``answers`` or ``evidence``.
        chains: What to compare, by the name to show.
        limits: Kept ratios as floats, each above 0 and at most 1, and budgets in tokens as whole numbers.
        tokenizer: The reader's tokenizer; `excerpt.eval.count_words` counts words.
        reader: Answers each question from what each chain left; a text that several chains left is read once. What a
            chain left as vectors is read by ``read_soft(question, context, soft)``, and failed by a reader without it.
        likelihood: Says how likely it finds the accepted answers after what each chain left, and what reading that
            takes; what a chain left as vectors does not count.
        bottleneck: Measures how much of the retrieved text and of the answers is still said by what each chain left.
        cache: Scores that were worked out before; new ones are put there. None begins with an empty one, so that a
            stage that scores alike at every limit does so once; times are those of that once.
        seed: For the confidence intervals.
        progress: Called after each question.
        watch: Called after each question with what became of it.

    Raises:
        InputError: A row is wrong (the message has its number), or there are no rows, chains or limits.
        BudgetError: A limit or the tokenizer is wrong.
        ModelError: The reader, or what tells likelihoods or measures the bottleneck, cannot be used.
    """
    if not chains or not limits:
        message = f"evaluate: needs at least one {'ratio or budget' if chains else 'chain'}"
        raise InputError(message)
    counter = resolve_tokenizer(tokenizer)
    budgets = {limit: _budget(limit, counter) for limit in checked(limits)}
    cache = cache or ScoreCache(DiskCache(":memory:"))
    used = {name: _with_cache(chain, cache) for name, chain in chains.items()}
    cells = {(name, limit): Cell() for name in chains for limit in budgets}
    number = 0
    for number, row in enumerate(rows, start=1):
        question = Question.of(row, f"question {number}")
        found: dict[Key, Compressed] = {}
        for (name, limit), cell in cells.items():
            result = _compressed(question, used[name], budgets[limit], counter, cell)
            if result is not None:
                found[name, limit] = result
            _add_amounts(cell, result, cache)
        answers = None if reader is None else _answers(reader, question, found, cells)
        whole = None if reader is None else _from_the_whole(reader, question)
        told = {} if likelihood is None else _told(likelihood, question, found, cells)
        tight = {} if bottleneck is None else bottleneck_scores(bottleneck, question, found, cells)
        for key, cell in cells.items():
            scores = score(question, found.get(key), key[1])
            if answers is not None:
                read = _read(question, found.get(key), answers.get(key), whole)
                scores = replace(scores, **read)
            scores = replace(scores, **told.get(key, {}), **tight.get(key, {}))
            cell.scores.append(np.array(scores.values()))
        if watch is not None:
            watch(question, found)
        if progress is not None:
            progress()
    if number == 0:
        message = "evaluate: there are no questions"
        raise InputError(message)
    names = dict.fromkeys(one.name for one in (reader, likelihood, bottleneck) if one is not None)
    return Table(counter.name, cells, seed, ", ".join(names))


def _budget(limit: Limit, counter: TokenCounter) -> Budget:
    tokens = limit if isinstance(limit, int) else None
    return Budget(tokens=tokens, ratio=None if tokens is not None else limit, tokenizer=counter)


def _with_cache(chain: Compresses, cache: ScoreCache) -> Compresses:
    return cached_scores(chain, cache) if isinstance(chain, Chain) else chain


def _compressed(
    question: Question, chain: Compresses, budget: Budget, counter: TokenCounter, cell: Cell
) -> Compressed | None:
    try:
        result = chain.compress(question.query, question.passages, budget=budget)
    except Exception as error:  # noqa: BLE001 - a failure is a finding: it is counted and shown, and the run goes on
        cell.errors.append(f"{question.id}: {type(error).__name__}: {error}")
        return None
    cell.breaches += [f"{question.id}: {problem}" for problem in breaches(result, counter)]
    return result


def _add_amounts(cell: Cell, result: Compressed | None, cache: ScoreCache) -> None:
    """Tokens, and what each stage took, with the work that the cache spared."""
    spared = cache.settle()
    stages = result.report.stages if result is not None else ()
    taken = dict(spared)
    for stage in stages:  # two may have one name
        taken[stage.stage] = taken.get(stage.stage, 0.0) + stage.milliseconds
    for name, milliseconds in taken.items():
        cell.stages.setdefault(name, []).append(max(milliseconds, 0.0))
    whole = float("nan") if result is None else result.report.milliseconds + sum(spared.values())
    cell.milliseconds.append(max(whole, sum(taken.values())))
    if result is not None:
        cell.tokens.append((result.tokens_in, result.tokens_out))


def _answers(
    reader: Reader, question: Question, found: Mapping[Key, Compressed], cells: Mapping[Key, Cell]
) -> dict[Key, Answer]:
    """An answer from what each chain left; each distinct text is read once, and vectors by a reader that can."""
    texts = list(dict.fromkeys(result.text for result in found.values() if result.soft is None))
    known = dict(zip(texts, read_all(reader, [question.query] * len(texts), texts), strict=True))
    answers = {key: known[result.text] for key, result in found.items() if result.soft is None}
    read_soft = with_defaults(reader, ReaderContract).read_soft
    for key, result in found.items():
        if result.soft is not None and read_soft is not None:
            answers[key] = read_soft(question.query, result.text, result.soft)
        elif result.soft is not None:
            cells[key].errors.append(
                f"{question.id}: passages stand as vectors, which {reader.name} cannot read"
            )
    return answers


def _from_the_whole(reader: Reader, question: Question) -> Answer | None:
    """The answer to agree with, where nobody wrote down one; None where somebody did."""
    if question.answers:
        return None
    text = WholeContext().compress(question.query, question.passages).text
    return read_all(reader, [question.query], [text])[0]


def _read(
    question: Question, result: Compressed | None, given: Answer | None, whole: Answer | None
) -> dict[str, float]:
    if result is None or given is None:
        return failed_reading(question, whole)
    return reading_scores(question, result, given, whole)


def _told(
    likelihood: TellsLikelihood,
    question: Question,
    found: Mapping[Key, Compressed],
    cells: Mapping[Key, Cell],
) -> dict[Key, dict[str, float]]:
    """How likely the accepted answers are after what each chain left; after nothing where it failed.

    Each distinct text is read once. Nothing is said of vectors, nor of questions without an answer.
    """
    answers = [answer for answer in question.answers if answer.strip()]
    if not answers:
        return {}
    texts = {key: found[key].text if key in found else "" for key in cells}
    read = [key for key in cells if key not in found or found[key].soft is None]
    distinct = list(dict.fromkeys(texts[key] for key in read))
    each = likelihood.likelihoods([question.query] * len(distinct), distinct, [answers] * len(distinct))
    known = dict(zip(distinct, map(likelihood_scores, each), strict=True))
    return {key: known[texts[key]] for key in read}
