"""What xRAG's bridge learns from: passages to restate, and questions with the passages that answer them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from excerpt.errors import InputError
from excerpt.files.jsonl import read_jsonl
from excerpt.values.coerce import to_passage, to_passages, to_question
from excerpt.values.types import Passage

__all__ = ["Example", "Sources", "read_sources", "split_sources"]

_AT_ONCE = 4  # passages of one question that stand as vectors, at most


@dataclass(frozen=True, slots=True)
class Example:
    """Something to say, and the passages to say it from.

    Args:
        question: The question; empty for a passage that is to be restated.
        passages: Places in `Sources.texts`.
        answer: What is to be said.
    """

    question: str
    passages: tuple[int, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Sources:
    """All that is learned from.

    Args:
        texts: Each distinct passage, title and text, as an index embeds it.
        restated: A passage each.
        asked: A question each.
    """

    texts: tuple[str, ...]
    restated: tuple[Example, ...]
    asked: tuple[Example, ...]


def read_sources(
    corpus: str | Path, questions: str | Path, *, most: tuple[int | None, int | None], seed: int
) -> Sources:
    """Read both files.

    Args:
        corpus: JSONL of passages, with ``text`` and perhaps ``title``.
        questions: JSONL of questions with ``passages`` and ``answers``; those without an answer, or without a
            passage that holds evidence or the answer, are passed over.
        most: Take so many passages of the corpus and so many questions, at random; None for all.
        seed: Of that choice.

    Raises:
        InputError: A line is wrong, or nothing is left of a file.
    """
    places: dict[str, int] = {}
    given, posed = list(_corpus(corpus)), list(_questions(questions))
    for rows in (given, posed):
        random.Random(seed).shuffle(rows)
    restated = [Example("", (places.setdefault(text, len(places)),), text) for text in given[: most[0]]]
    asked = [
        Example(question, tuple(places.setdefault(text, len(places)) for text in texts), answer)
        for question, texts, answer in posed[: most[1]]
    ]
    for name, examples in ((corpus, restated), (questions, asked)):
        if len(examples) < 2:
            message = f"{name}: has {len(examples)} examples to learn from; xRAG needs passages and answers"
            raise InputError(message)
    return Sources(tuple(places), tuple(restated), tuple(asked))


def split_sources(
    sources: Sources, *, share: float, seed: int
) -> tuple[tuple[list[Example], list[Example]], tuple[list[Example], list[Example]]]:
    """Examples to learn from and those held out, to restate and to ask; a passage is never in both.

    Args:
        sources: All examples.
        share: Of the passages that is held out; of either kind of example at least one is.
        seed: Of the choice.
    """
    places = list(range(len(sources.texts)))
    random.Random(seed).shuffle(places)
    held = set(places[: max(1, int(len(places) * share))])
    kinds = (sources.restated, sources.asked)
    for examples in kinds:
        if all(held.isdisjoint(example.passages) for example in examples):
            held |= set(examples[0].passages)
    restated, asked = (
        (
            [example for example in examples if held.isdisjoint(example.passages)],
            [example for example in examples if not held.isdisjoint(example.passages)],
        )
        for examples in kinds
    )
    return restated, asked


def _corpus(path: str | Path) -> Iterator[str]:
    for number, row in read_jsonl(path):
        passage = to_passage(row, f"{path}, line {number}")
        if passage.text.strip():
            yield passage.titled_text


def _questions(path: str | Path) -> Iterator[tuple[str, list[str], str]]:
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        question, answers = to_question(row, where), row.get("answers", [])
        if not isinstance(answers, list):
            message = f"{where}: answers: expected a list, got {type(answers).__name__}"
            raise InputError(message)
        given = to_passages(row.get("passages", ()), f"{where}: passages")
        answer = next((str(one) for one in answers if str(one).strip()), "")
        helping = [one.titled_text for one in given if _helps(one, answer)][:_AT_ONCE]
        if answer and helping:
            yield question, helping, answer


def _helps(passage: Passage, answer: str) -> bool:
    marked = passage.metadata.get("gold") or passage.metadata.get("evidence")
    return bool(marked) or (bool(answer) and answer.casefold() in passage.text.casefold())
