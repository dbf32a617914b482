"""A question with what an evaluation knows about it: answers, gold passages, evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from excerpt.errors import InputError
from excerpt.eval.data.constraints import Constraints
from excerpt.values.coerce import to_asked
from excerpt.values.spans import Span, merge
from excerpt.values.types import Passage

__all__ = ["Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """One row of an evaluation set.

    Args:
        id: The row's id, as text.
        query: The question.
        passages: Its passages. Their metadata has ``evidence`` and ``gold`` as they stood in the row.
        answers: Accepted answers; empty where the row has none.
        evidence: For each passage the characters that are needed: sorted, not overlapping.
        gold: Indices of the passages that are needed.
        constraints: What must hold for the form of an answer; None for nothing.
    """

    id: str
    query: str
    passages: tuple[Passage, ...]
    answers: tuple[str, ...]
    evidence: tuple[tuple[Span, ...], ...]
    gold: tuple[int, ...]
    constraints: Constraints | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any], where: str) -> "Question":
        """Read one row of the JSONL input form (docs/guides/evaluation.md).

        A passage counts as gold if it says so with ``gold``, or if it has evidence.

        Args:
            row: The row.
            where: Named in the error message, such as ``"dev.jsonl, line 3"``.

        Raises:
            InputError: A field is missing or wrong; the message names it.
        """
        query, passages = to_asked(row, where)
        evidence = tuple(
            _evidence(passage, f"{where}: passages[{index}].evidence")
            for index, passage in enumerate(passages)
        )
        gold = tuple(
            index
            for index, (passage, spans) in enumerate(zip(passages, evidence, strict=True))
            if passage.metadata.get("gold") or spans
        )
        return cls(
            str(row.get("id", where)),
            query,
            passages,
            _answers(row.get("answers"), f"{where}: answers"),
            evidence,
            gold,
            Constraints.of(row.get("constraints"), f"{where}: constraints"),
        )


def _answers(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if (
        isinstance(value, str)
        or not isinstance(value, Sequence)
        or not all(isinstance(a, str) for a in value)
    ):
        message = f"{where}: expected a list of strings, got {value!r:.80}"
        raise InputError(message)
    return tuple(value)


def _evidence(passage: Passage, where: str) -> tuple[Span, ...]:
    value = passage.metadata.get("evidence") or ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        message = f"{where}: expected a list of [start, end], got {value!r:.80}"
        raise InputError(message)
    spans = [_span(pair, len(passage.text), f"{where}[{number}]") for number, pair in enumerate(value)]
    return merge(spans)


def _span(pair: object, length: int, where: str) -> Span:
    whole = isinstance(pair, Sequence) and len(pair) == 2 and all(type(edge) is int for edge in pair)
    if not whole or not 0 <= pair[0] <= pair[1] <= length:  # type: ignore[index]  # checked in `whole`
        message = f"{where}: expected [start, end] within the text's {length} characters, got {pair!r:.80}"
        raise InputError(message)
    return Span(*pair)  # type: ignore[misc]  # checked in `whole`
