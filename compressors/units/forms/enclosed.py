"""Records between marks of their own: calendars and cards, references, compiler messages, rows of an INSERT."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from excerpt.compressors.units.forms.pieces import LONGEST, Piece, Region, joined
from excerpt.compressors.units.lines import Line, Lines

__all__ = [
    "begins_diagnostic",
    "begins_insert",
    "find_component",
    "find_diagnostic",
    "find_insert",
    "find_reference",
]

_BEGIN = re.compile(r"BEGIN:([A-Z][A-Z0-9-]*)$")
_REFERENCE = re.compile(r"@[A-Za-z]+\{[^\s{},]+,$")
_DIAGNOSTIC = re.compile(r"(?:error|warning|note|help)(?:\[\w+\])?: \S")
_ARROW = re.compile(r"--> \S+:\d+")
_INSERT = re.compile(
    r"INSERT\s+(?:IGNORE\s+)?INTO\s[^;()'\"]{1,200}(?:\([^()]{1,4000}\)\s*)?VALUES\b\s*", re.IGNORECASE
)
_FEWEST_ROWS = 2
_WIDEST = 4_000  # characters of a row; a longer one ends what is read
_SHORT = 120  # characters of an INSERT that is one piece
_IN_ROW = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|[()]")
_BETWEEN = re.compile(r"\s*,?\s*(?=\()")
_MOST = 400  # lines of a record


def find_component(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A part of a calendar or a card, from ``BEGIN:`` to ``END:``; of one that holds others, what is before those."""
    begin = _BEGIN.match(lines[at].text) if lines[at].text[0] == "B" else None
    if not begin:
        return None
    end = f"END:{begin[1]}"
    stop = at + 1
    while stop < min(len(lines), at + _MOST) and lines[stop].text != end:
        if _BEGIN.match(lines[stop].text):
            return Region(stop, [joined(lines[at:stop])])
        stop += 1
    if stop == len(lines) or lines[stop].text != end:
        return None
    while stop < len(lines) and lines[stop].text.startswith("END:"):  # also the ends of what it stands in
        stop += 1
    return Region(stop, _record(lines[at:stop]))


def _record(lines: Sequence[Line]) -> list[Piece]:
    """One piece, or the first two lines, which say what it is, and the others below them."""
    whole = joined(list(lines))
    if whole.end - whole.start <= LONGEST:
        return [whole]
    return [joined(list(lines[:2])), *(joined([line], 0) for line in lines[2:])]


def find_reference(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """An entry of BibTeX with its fields; None for none."""
    if lines[at].text[0] != "@" or not _REFERENCE.match(lines[at].text):
        return None
    for stop in range(at + 1, min(len(lines), at + _MOST)):
        if lines[stop].text[0] == "@":
            return None
        if lines[stop].text[0] == "}" or (lines[stop].text.endswith("}}") and lines[stop].indent):
            return Region(stop + 1, _record(lines[at : stop + 1]))
    return None


def begins_diagnostic(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is a message of a compiler, and the next says where."""
    return (
        at + 1 < len(lines)
        and lines[at + 1].text[0] == "-"
        and _DIAGNOSTIC.match(lines[at].text) is not None
        and _ARROW.match(lines[at + 1].text) is not None
    )


def find_diagnostic(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """A message of a compiler with the place it is about, and the code it shows below that; None for none."""
    if not begins_diagnostic(lines, at):
        return None
    stop = at + 2
    while stop < len(lines) and not lines[stop].after_blank and not _DIAGNOSTIC.match(lines[stop].text):
        stop += 1
    return Region(stop, [joined(lines[at : at + 2]), *(joined([line], 0) for line in lines[at + 2 : stop])])


def begins_insert(text: str) -> bool:
    """Whether a line begins an INSERT with several rows."""
    return text[0] in "iI" and _INSERT.match(text) is not None


def find_insert(text: str, lines: Lines, at: int) -> Region | None:
    """The rows of an INSERT, each below the table and the columns it goes into; None for one row."""
    start = lines[at].start
    insert = _INSERT.match(text, start) if text[start] in "iI" else None
    if not insert:
        return None
    rows = list(_rows(text, insert.end()))
    if len(rows) < _FEWEST_ROWS or rows[-1] - start <= _SHORT:
        return None
    cuts = [insert.end(), *rows]
    stop = at
    while stop < len(lines) and lines[stop].start < cuts[-1]:
        stop += 1
    cuts[-1] = lines[stop - 1].end  # with the semicolon
    pieces = [Piece(start, start + len(text[start : cuts[0]].rstrip()))]
    for first, last in pairwise(cuts):
        pieces.append(Piece(first, first + len(text[first:last].rstrip()), 0))
    return Region(stop, pieces)


def _rows(text: str, at: int) -> Iterator[int]:
    """Where each row ends, the comma behind it included."""
    while text[at : at + 1] == "(":
        depth = 0
        for mark in _IN_ROW.finditer(text, at, at + _WIDEST):
            depth += (mark.group() == "(") - (mark.group() == ")")
            if depth == 0:
                break
        else:
            return
        following = _BETWEEN.match(text, mark.end())
        at = following.end() if following else mark.end()
        yield at
