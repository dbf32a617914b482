"""What a form gives: pieces of a text, each with the piece that must be read with it."""

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["LONGEST", "Line", "Lines", "Piece", "Region", "joined", "lines_of"]

LONGEST = 600  # characters; a record up to this size is one piece, a longer one is cut at its members


class Piece(NamedTuple):
    """A piece of a text.

    Attributes:
        start: First character.
        end: The character behind the last one.
        parent: Number of the piece that must be read with this one, such as a table's header; -1 for none.
    """

    start: int
    end: int
    parent: int = -1


class Region(NamedTuple):
    """What a form found.

    Attributes:
        stop: Number of the first line behind it.
        pieces: Its pieces in order; a ``parent`` is a number in this list.
    """

    stop: int
    pieces: list[Piece]


class Line(NamedTuple):
    """A line that is not blank.

    Attributes:
        text: The line without the white space around it.
        start: Where ``text`` begins.
        end: Where ``text`` ends.
        indent: White space before it, in columns; a tab goes to the next multiple of four.
        after_blank: Whether it is the first line, or the line before it is blank.
    """

    text: str
    start: int
    end: int
    indent: int
    after_blank: bool


class Lines(list[Line]):
    """The lines of one text.

    Attributes:
        wasted: Characters that were read in vain, as JSON that turned out to be none: reading gives up in time.
    """

    wasted = 0


def lines_of(text: str) -> Lines:
    """The lines of a text that are not blank; the time is linear in its length."""
    return Lines(_lines(text))


def _lines(text: str) -> Iterator[Line]:
    position, blank = 0, True
    for piece in text.splitlines(keepends=True):
        tail = piece.lstrip()
        body = tail.rstrip()
        if body:
            before = len(piece) - len(tail)
            start = position + before
            width = len(piece[:before].expandtabs(4)) if before else 0
            yield Line(body, start, start + len(body), width, blank)
        blank = not body
        position += len(piece)


def joined(lines: list[Line], parent: int = -1) -> Piece:
    """One piece that holds all of the lines."""
    return Piece(lines[0].start, lines[-1].end, parent)
