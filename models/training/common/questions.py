"""Questions with known evidence, as the trainings on sentences read them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.values.coerce import to_asked
from excerpt.values.spans import Span, intersect, merge, total_length
from excerpt.values.types import Passage, Units

__all__ = ["LabelledQuestion", "evenly_spread", "evidence_spans", "read_question", "relevance"]

T = TypeVar("T")


class LabelledQuestion(NamedTuple):
    """One row of the JSONL input form.

    Attributes:
        query: The question.
        passages: Its passages.
        evidence: For each passage the characters that are evidence.
    """

    query: str
    passages: tuple[Passage, ...]
    evidence: list[tuple[Span, ...]]


def read_question(row: Mapping[str, Any], where: str) -> LabelledQuestion:
    """A question with its passages and their evidence.

    Args:
        row: ``question`` (or ``query``), ``passages``, and ``evidence`` in passages or ``answers``.
        where: Named in error messages, such as ``"train.jsonl, line 3"``.

    Raises:
        InputError: A field is missing or wrong.
    """
    query, passages = to_asked(row, where)
    return LabelledQuestion(query, passages, evidence_spans(passages, row.get("answers") or (), where))


def evenly_spread(rows: Sequence[T], most: int | None) -> list[T]:
    """At most so many of the rows, evenly spread over them; all for None."""
    count = min(most or len(rows), len(rows))
    return [rows[index * len(rows) // count] for index in range(count)]


def evidence_spans(passages: Sequence[Passage], answers: Sequence[str], where: str) -> list[tuple[Span, ...]]:
    """The characters of each passage that are evidence.

    Args:
        passages: With ``evidence`` in their metadata.
        answers: Where no passage has evidence, whole-word occurrences of these are it.
        where: Named in error messages.

    Raises:
        InputError: A span is not ``[start, end]`` within its text, or the answers are no list of strings.
    """
    given = [_given(passage, where) for passage in passages]
    if isinstance(answers, str) or not all(isinstance(answer, str) for answer in answers):
        message = f"{where}: answers: must be a list of strings, got {answers!r:.80}"
        raise InputError(message)
    found = [answer for answer in answers if answer.strip() and answer.casefold() not in {"yes", "no"}]
    if any(given) or not found:
        return given
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, found))})(?!\w)", re.IGNORECASE)
    return [merge(match.span() for match in pattern.finditer(passage.text)) for passage in passages]


def _given(passage: Passage, where: str) -> tuple[Span, ...]:
    spans = passage.metadata.get("evidence") or ()
    for span in spans:
        pair = list(span) if isinstance(span, Sequence) else []
        if [type(edge) for edge in pair] != [int, int] or not 0 <= pair[0] <= pair[1] <= len(passage.text):
            message = f"{where}: evidence of passage {passage.id!r}: expected [start, end] in its text, got {span!r}"
            raise InputError(message)
    return merge((start, end) for start, end in spans)


def relevance(units: Units, wanted: Sequence[Sequence[Span]]) -> NDArray[np.int64]:
    """1 for units of which more than half is evidence or that hold a whole span of it, else 0; ``(n,)``."""
    columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    found = []
    for index, start, end in columns:
        held = intersect([(start, end)], wanted[index])
        whole = any(span in wanted[index] for span in held)
        found.append(int(whole or 2 * total_length(held) > end - start))
    return np.array(found, dtype=np.int64)
