"""The lines of a text, as the block structure and the forms of text both read them."""

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Line", "Lines", "lines_of"]


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
        longest: Characters up to which a value of JSON is one piece.
    """

    wasted = 0
    longest = 600


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
