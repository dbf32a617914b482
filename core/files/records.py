"""The JSONL form of questions with passages, in and out (docs/reference/cli.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from excerpt.errors import InputError
from excerpt.files.jsonl import parse_object
from excerpt.values.coerce import to_asked, to_text
from excerpt.values.compressed import Compressed
from excerpt.values.types import Passage

__all__ = ["Record", "parse_record", "record_id", "to_record"]

_OWN_KEYS = {"id", "question", "query", "passages"}


@dataclass(frozen=True, slots=True)
class Record:
    """One question and its passages.

    Args:
        line: Line number in the file, from 1.
        id: The record's own id, or its line number.
        query: The question.
        passages: Its passages; keys beside id, title and text (``evidence``, ``gold``) are in their metadata.
        rest: All other keys, carried through.
    """

    line: int
    id: str | int
    query: str
    passages: tuple[Passage, ...]
    rest: dict[str, Any] = field(default_factory=dict)

    def output(self, result: Compressed) -> dict[str, Any]:
        """The output row: ours first, then the keys that are carried through."""
        row = {"id": self.id, **result.to_dict()}
        return row | {key: value for key, value in self.rest.items() if key not in row}


def parse_record(line: bytes, number: int) -> Record:
    """Read one line.

    Raises:
        InputError: Not JSON, or a field is missing or wrong; the message names the field.
    """
    return to_record(parse_object(line, "record"), number)


def to_record(row: Mapping[str, Any], number: int) -> Record:
    """Read one row.

    Args:
        row: Its keys and values.
        number: Its place, from 1: the id where it has none.

    Raises:
        InputError: A field is missing or wrong; the message names it.
    """
    query, passages = to_asked(row)
    name = record_id(row, number)
    rest = {key: value for key, value in row.items() if key not in _OWN_KEYS}
    return Record(number, name, query, passages, rest)


def record_id(row: Mapping[str, Any], number: int) -> str | int:
    """The id of a row, or its number where it has none.

    Raises:
        InputError: It is neither a text nor a whole number.
    """
    own = row.get("id")
    if own is None:
        return number
    if isinstance(own, bool) or not isinstance(own, str | int):
        message = f"id: expected a string or a whole number, got {own!r}"
        raise InputError(message)
    return to_text(own, "id") if isinstance(own, str) else own
