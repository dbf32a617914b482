"""The JSONL form of questions with passages, in and out (docs/reference/cli.md)."""

from dataclasses import dataclass, field
from typing import Any

from excerpt.errors import InputError
from excerpt.files.jsonl import parse_object
from excerpt.values.coerce import to_asked, to_text
from excerpt.values.compressed import Compressed
from excerpt.values.types import Passage

__all__ = ["Record", "parse_record"]

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
    row = parse_object(line, "record")
    query, passages = to_asked(row)
    own = row.get("id")
    if own is not None and (isinstance(own, bool) or not isinstance(own, str | int)):
        message = f"id: expected a string or a whole number, got {own!r}"
        raise InputError(message)
    if isinstance(own, str):
        to_text(own, "id")
    rest = {key: value for key, value in row.items() if key not in _OWN_KEYS}
    return Record(number, number if own is None else own, query, passages, rest)
