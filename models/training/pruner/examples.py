"""Questions with evidence to pairs of question and passage, with what is known of each token."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import log
from pathlib import Path
from typing import NamedTuple

from excerpt.errors import InputError
from excerpt.files.jsonl import open_lines
from excerpt.files.records import Record, parse_record
from excerpt.models.training.recomp.examples import listed_answers, marked_evidence
from excerpt.values.spans import Span, merge
from excerpt.values.types import Passage

__all__ = ["Pair", "hardest", "read_pairs"]

_FOUND_EVERYWHERE = {"yes", "no"}
_WORD = re.compile(r"\w{2,}")


class Pair(NamedTuple):
    """A question and a passage.

    Attributes:
        question: The question.
        title: The passage's title; may be empty.
        text: The passage.
        relevant: Whether it helps with the question.
        keep: The characters that the question needs; None where nobody said.
        answers: Where the answer stands, as often as it does; empty where it does not; None where nobody said.
    """

    question: str
    title: str
    text: str
    relevant: bool
    keep: tuple[Span, ...] | None
    answers: tuple[Span, ...] | None


def read_pairs(path: str | Path, negatives: float) -> Iterator[list[Pair]]:
    """The pairs of each question of a JSONL file.

    A passage with evidence is read with it; one that is marked as ``gold`` without evidence teaches relevance
    only. Where nothing is marked, what holds an answer is taken for evidence. Of the other passages those with most of
    the question's rare words are the negatives; one that holds an answer all the same is left out, since
    it may well help. A question without anything that helps gives negatives only: nobody can answer it here.

    Args:
        path: JSONL in our form (docs/reference/cli.md), with ``answers`` or ``evidence``.
        negatives: So many for each passage that helps; one for a question that nothing helps.

    Raises:
        InputError: A line cannot be read; the message has its number.
    """
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield list(_pairs(parse_record(line, number), negatives, number))
            except InputError as error:
                message = f"{path}, line {number}: {error}"
                raise InputError(message) from error


def _pairs(record: Record, negatives: float, number: int) -> Iterator[Pair]:
    evidence = [merge(marked_evidence(passage, index)) for index, passage in enumerate(record.passages)]
    pattern, knows_answer = _answer_pattern(record)
    found = [list(_matches(pattern, passage.text)) for passage in record.passages]
    marked = any(evidence) or any(passage.metadata.get("gold") for passage in record.passages)
    helping = 0
    for passage, spans, places in zip(record.passages, evidence, found, strict=True):
        gold = bool(spans or passage.metadata.get("gold")) if marked else bool(places)
        if gold:
            helping += 1
            yield _positive(record.query, passage, spans, places if knows_answer else None, marked=marked)
    others = [
        passage
        for passage, spans, places in zip(record.passages, evidence, found, strict=True)
        if not spans and not passage.metadata.get("gold") and not places
    ]
    # Of parts of a negative every so many questions have one.
    wanted = int(number * helping * negatives) - int((number - 1) * helping * negatives) if helping else 1
    for index in hardest(record.query, [f"{one.title} {one.text}" for one in others], wanted):
        yield Pair(record.query, others[index].title, others[index].text, False, (), ())


def _positive(
    question: str, passage: Passage, spans: tuple[Span, ...], places: list[Span] | None, *, marked: bool
) -> Pair:
    if not marked:
        return Pair(question, passage.title, passage.text, True, None, tuple(places or ()))
    # An answer outside of the evidence is a name that happens to be there.
    inside = None if places is None else tuple(one for one in places if _within(one, spans))
    if inside == () and not spans:
        inside = None
    return Pair(question, passage.title, passage.text, True, spans or None, inside)


def _within(one: Span, spans: Sequence[Span]) -> bool:
    return any(start <= one.start and one.end <= end for start, end in spans)


def _answer_pattern(record: Record) -> tuple[re.Pattern[str] | None, bool]:
    """What finds an answer in a text, and whether finding none means that there is none."""
    spoken = [answer.strip() for answer in listed_answers(record.rest) if answer.strip()]
    if any(answer.casefold() in _FOUND_EVERYWHERE for answer in spoken):
        return None, False
    if not spoken:  # unanswerable, unless something is said to help
        return None, not any(passage.metadata.get("evidence") for passage in record.passages)
    longest_first = sorted(set(spoken), key=lambda answer: (-len(answer), answer))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE), True


def _matches(pattern: re.Pattern[str] | None, text: str) -> Iterator[Span]:
    if pattern is not None:
        yield from (Span(*match.span()) for match in pattern.finditer(text))


def hardest(question: str, texts: Sequence[str], count: int) -> list[int]:
    """The texts that share most of the question's rare words, best first.

    A word weighs the logarithm of how few of the texts hold it.

    Args:
        question: The question.
        texts: To choose from.
        count: How many, at most.
    """
    asked = _words(question)
    held = [asked & _words(text) for text in texts]
    weight = {word: log(1 + len(texts) / (1 + sum(word in words for words in held))) for word in asked}
    worth = [sum(weight[word] for word in sorted(words)) for words in held]
    return sorted(range(len(texts)), key=lambda index: -worth[index])[:count]


@lru_cache(maxsize=50_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))
