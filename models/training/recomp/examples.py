"""Which sentences of a question's passages help with it: the examples for RECOMP's dual encoder."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.files.jsonl import open_lines
from excerpt.files.records import Record, parse_record
from excerpt.values.spans import Span
from excerpt.values.types import Passage

__all__ = [
    "Encode",
    "QuestionSentences",
    "Split",
    "Triple",
    "hard_triples",
    "listed_answers",
    "marked_evidence",
    "most_alike",
    "read_candidates",
    "recall",
]

Split: TypeAlias = Callable[[str], list[Span]]
Encode: TypeAlias = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors ``(n, dim)`` whose inner product is the similarity."""

_BLOCK = 64  # questions
_FOUND_EVERYWHERE = {"yes", "no"}


class QuestionSentences(NamedTuple):
    """The sentences of one question, title first, each text once.

    Args:
        question: The question.
        useful: Sentences that help.
        others: Sentences that do not. Those of which neither is sure are in neither.
    """

    question: str
    useful: tuple[str, ...]
    others: tuple[str, ...]


class Triple(NamedTuple):
    """One training example."""

    anchor: str
    positive: str
    negative: str


def read_candidates(path: str | Path, split: Split) -> Iterator[QuestionSentences]:
    """The questions of a JSONL file that have both kinds of sentence.

    A sentence is useful when it overlaps an evidence span; in a record without any, when it
    holds an answer. Where evidence is marked, an unmarked sentence with an answer is left out: it may
    well help.

    Args:
        path: JSONL in our form, with ``answers`` or ``evidence`` (docs/reference/cli.md).
        split: Cuts a text into sentences.

    Raises:
        InputError: A line cannot be read; the message has its number.
    """
    split = cache(split)  # questions on the same document share its passages
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                found = _candidates(parse_record(line, number), split)
            except InputError as error:
                message = f"{path}, line {number}: {error}"
                raise InputError(message) from error
            if found.useful and found.others:
                yield found


def _candidates(record: Record, split: Split) -> QuestionSentences:
    evidence = [marked_evidence(passage, index) for index, passage in enumerate(record.passages)]
    marked = any(evidence)
    answers = _answers(record)
    useful: dict[str, None] = {}
    others: dict[str, None] = {}
    for passage, spans in zip(record.passages, evidence, strict=True):
        for start, end in split(passage.text):
            sentence = passage.text[start:end]
            in_evidence = any(begin < end and start < stop for begin, stop in spans)
            answering = any(answer in _bare(sentence) for answer in answers)
            text = f"{passage.title} {sentence}" if passage.title else sentence
            if in_evidence or (answering and not marked):
                useful[text] = None
            elif not answering:
                others[text] = None
    return QuestionSentences(
        record.query, tuple(useful), tuple(text for text in others if text not in useful)
    )


def marked_evidence(passage: Passage, index: int) -> list[tuple[int, int]]:
    """The evidence spans of a record's passage.

    Args:
        passage: With ``evidence`` in its metadata, where it has any.
        index: Named in the error message.

    Raises:
        InputError: It is not a list of [start, end] within the text.
    """
    spans = passage.metadata.get("evidence") or []
    length = len(passage.text)
    for span in spans if isinstance(spans, list | tuple) else [spans]:
        pair = list(span) if isinstance(span, list | tuple) else []
        if [type(edge) for edge in pair] != [int, int] or not 0 <= pair[0] <= pair[1] <= length:
            message = (
                f"passages[{index}].evidence: must be a list of [start, end] within the text's {length} characters, "
                f"got {span!r:.80}"
            )
            raise InputError(message)
    return [(start, end) for start, end in spans]


def listed_answers(row: Mapping[str, Any]) -> list[str]:
    """The accepted answers of a row; none where it has no key ``answers``.

    Raises:
        InputError: They are not a list of strings.
    """
    answers = row.get("answers") or []
    if not isinstance(answers, list | tuple) or not all(isinstance(answer, str) for answer in answers):
        message = f"answers: must be a list of strings, got {answers!r:.80}"
        raise InputError(message)
    return list(answers)


def _answers(record: Record) -> list[str]:
    bare = [_bare(answer) for answer in listed_answers(record.rest)]
    return [answer for answer in bare if len(answer) > 3 and answer.strip() not in _FOUND_EVERYWHERE]


def _bare(text: str) -> str:
    """Words only, case-folded, with a space at either end so that only whole words match."""
    words = re.findall(r"\w+", text.casefold())
    return f" {' '.join(words)} "


def most_alike(question: QuestionSentences, most: int) -> QuestionSentences:
    """The same with at most so many others: those that share most words with the question, rare ones above all.

    Args:
        question: The question.
        most: Others to keep.
    """
    texts = [set(_bare(text).split()) for text in question.others]
    known = Counter(word for words in texts for word in words)
    wanted = set(_bare(question.question).split())
    scores = [sum(math.log1p(len(texts) / known[word]) for word in words & wanted) for words in texts]
    order = sorted(range(len(texts)), key=lambda index: -scores[index])[:most]
    return question._replace(others=tuple(question.others[index] for index in order))


def hard_triples(questions: Sequence[QuestionSentences], encode: Encode, negatives: int) -> Iterator[Triple]:
    """Each useful sentence with each of the others that are most similar to the question.

    Args:
        questions: The questions.
        encode: The encoder before training.
        negatives: Others for each useful sentence, at most.
    """
    for question, similar in _similarities(questions, encode):
        order = np.argsort(-similar[len(question.useful) :], kind="stable")[:negatives]
        for positive in question.useful:
            for index in order.tolist():
                yield Triple(question.question, positive, question.others[index])


def recall(
    questions: Sequence[QuestionSentences], encode: Encode, tops: Sequence[int] = (1, 3)
) -> dict[str, float]:
    """The share of a question's useful sentences that are among its best, averaged over the questions.

    Args:
        questions: The questions.
        encode: The encoder.
        tops: How many best to look at.

    Returns:
        ``recall@1`` and so on. ``recall@1`` cannot reach 1 where questions have several useful sentences.
    """
    sums = dict.fromkeys((f"recall@{top}" for top in tops), 0.0)
    for question, similar in _similarities(questions, encode):
        order = np.argsort(-similar, kind="stable")
        for top in tops:
            hits = int((order[:top] < len(question.useful)).sum())
            sums[f"recall@{top}"] += hits / len(question.useful)
    return {name: total / max(len(questions), 1) for name, total in sums.items()}


def _similarities(
    questions: Sequence[QuestionSentences], encode: Encode
) -> Iterator[tuple[QuestionSentences, NDArray[np.float32]]]:
    """Each question with its similarity to useful sentences and others, in that order.

    Questions on the same document share its sentences: within a block each is encoded once.
    """
    for start in range(0, len(questions), _BLOCK):
        block = questions[start : start + _BLOCK]
        distinct = dict.fromkeys(text for question in block for text in _all(question))
        texts = {text: place for place, text in enumerate(distinct)}
        vectors = encode(list(texts))
        for question in block:
            asked, *others = (texts[text] for text in _all(question))
            yield question, vectors[others] @ vectors[asked]


def _all(question: QuestionSentences) -> tuple[str, ...]:
    return (question.question, *question.useful, *question.others)
