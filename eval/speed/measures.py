"""What is compared: the calls that users make, by the one thing that they cannot do without."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from excerpt import Chain, InputError, load_chain
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.eval.data.formats import read_questions
from excerpt.eval.speed.texts import passages, questions
from excerpt.eval.speed.turns import Comparison
from excerpt.models import SentenceEncoder, load_encoder
from excerpt.parallel.cores import available_cores, limit_cores
from excerpt.retrievers import Index
from excerpt.values.coerce import to_passages
from excerpt.values.types import Passage

__all__ = ["Texts", "bundled_texts", "comparisons", "own_texts"]

BUDGET = 500
_FEW, _MANY, _SHORT, _INDEXED = 20, 100, 1_000, 400
_TOKENS, _SHORT_TOKENS = 135, 24
_BUILT = 64
_CALLS = 8
_AROUND = 2  # special tokens that every text has
_READING = "encoder pass"


@dataclass(frozen=True, slots=True)
class Texts:
    """What is timed with.

    Args:
        passages: Of the length that passages mostly have; at least a hundred.
        short: A thousand short ones; empty to leave them out.
        questions: At least one.
    """

    passages: tuple[Passage, ...]
    short: tuple[Passage, ...]
    questions: tuple[str, ...]


def bundled_texts() -> Texts:
    """Of the words of the demo corpus: 400 passages of 135 tokens, a thousand of 24."""
    tokenizer = load_encoder(threads=1).tokenizer

    def count(word: str) -> int:
        return int(tokenizer.count([word])[0]) - _AROUND

    return Texts(
        tuple(passages(count, _INDEXED, _TOKENS)),
        tuple(passages(count, _SHORT, _SHORT_TOKENS)),
        tuple(islice(questions(), 500)),
    )


def own_texts(path: str | Path) -> Texts:
    """Questions and passages of a file that `excerpt eval` reads, in its order.

    Raises:
        InputError: The file cannot be read, or has fewer than a hundred different passages.
    """
    asked: list[str] = []
    found: dict[str, Passage] = {}
    for row in read_questions(path):
        asked.append(str(row["question"]))
        found |= {passage.text: passage for passage in to_passages(row["passages"])}
        if len(found) >= _INDEXED:
            break
    if len(found) < _MANY:
        message = f"{path}: has {len(found)} different passages; bench needs {_MANY}"
        raise InputError(message)
    return Texts(tuple(found.values()), (), tuple(asked))


def comparisons(texts: Texts, folder: Path) -> Iterator[Comparison]:
    """All of them, in the order of the table.

    Args:
        texts: What to time with.
        folder: Empty; indexes are written there.
    """
    default, fast = load_chain("default"), load_chain("fast")
    reader = load_encoder()
    for count in (_FEW, _MANY):
        some = texts.passages[:count]
        yield _reading(f"default, {count} passages", default, reader, texts, some)
    if texts.short:
        yield _reading(f"default, {len(texts.short):,} short passages", default, reader, texts, texts.short)
    yield _reading(f"fast, {_FEW} passages", fast, reader, texts, texts.passages[:_FEW])
    yield from _indexed(texts, folder)
    yield _building(texts, folder)
    yield _every_core(texts, default)


def _reading(
    name: str, chain: Chain, reader: SentenceEncoder, texts: Texts, some: Sequence[Passage]
) -> Comparison:
    bodies = [passage.text for passage in some]

    def work(number: int) -> object:
        _forget(chain)
        return chain.compress(_question(texts, number), some, budget=BUDGET)

    def base(_: int) -> object:
        _forget_encoder(reader)
        return reader.encode(bodies)

    return Comparison(name, _READING, work, base)


def _indexed(texts: Texts, folder: Path) -> Iterator[Comparison]:
    @cache
    def index() -> Index:
        features = ["records", "guards", "tokens", "evidence"]
        return Index.build(texts.passages[:_INDEXED], folder / "asked.excerpt", features=features)

    @cache
    def reader() -> SentenceEncoder:
        return load_encoder()

    for k in (_FEW, _MANY):

        def work(number: int, k: int = k) -> object:
            return index().compress(_question(texts, number + k), k, budget=BUDGET)

        def base(number: int, k: int = k) -> object:
            return reader().encode([_question(texts, number + k)])

        yield Comparison(f"indexed, k {k}", "question's encoding", work, base)


def _building(texts: Texts, folder: Path) -> Comparison:
    some = texts.passages[:_BUILT]
    bodies = [passage.title + "\n" + passage.text if passage.title else passage.text for passage in some]
    bare = load_encoder(threads=1)
    encoder = load_encoder(threads=1)
    ranked = EvidenceScore(encoder, load_ranker("evidence-ranker"))

    def work(number: int) -> object:
        _forget_encoder(encoder)
        target = folder / f"built-{number}.excerpt"
        return Index.build(some, target, encoder=encoder, features=["records", "guards", "tokens", ranked])

    def base(_: int) -> object:
        _forget_encoder(bare)
        return bare.encode(bodies)

    name = "encoder's share of an index build"
    return Comparison(name, _READING, work, base, more_is_better=True)


def _every_core(texts: Texts, chain: Chain) -> Comparison:
    cores = available_cores()
    groups = [
        list(islice(cycle(texts.passages), start, start + _FEW)) for start in range(0, _CALLS * _FEW, _FEW)
    ]

    def work(number: int) -> object:
        _forget(chain)
        asked = [_question(texts, number * _CALLS + place) for place in range(_CALLS)]
        return chain.compress_batch(asked, groups, budget=BUDGET)

    def base(number: int) -> object:
        limit_cores(1)
        try:
            return work(number)
        finally:
            limit_cores(cores)

    name = f"{_CALLS} questions on every core ({cores})"
    return Comparison(name, "one core", work, base, time.perf_counter, more_is_better=True)


def _question(texts: Texts, number: int) -> str:
    return texts.questions[number % len(texts.questions)]


def _forget(chain: Chain) -> None:
    """Drop what models remember of texts, as if none had been seen before."""
    for stage in chain.stages:
        scorer = getattr(stage, "scorer", stage)
        for part in (scorer, getattr(scorer, "encoder", None)):
            _forget_encoder(part)


def _forget_encoder(part: Any) -> None:  # noqa: ANN401 - whatever remembers
    for owner in (part, getattr(part, "tokenizer", None)):
        forget = getattr(owner, "forget", None)
        if forget is not None:
            forget()
