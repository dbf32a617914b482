"""What a form gives: pieces of a text, each with the piece that must be read with it."""

from typing import NamedTuple

from excerpt.compressors.units.lines import Line, Lines

__all__ = ["LONGEST", "Piece", "Region", "joined"]

LONGEST = (
    Lines.longest
)  # characters; a record up to this size is one piece, a longer one is cut at its members


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
        headings: Numbers of pieces that are headings of what follows the region, each with its level.
    """

    stop: int
    pieces: list[Piece]
    headings: tuple[tuple[int, int], ...] = ()


def joined(lines: list[Line], parent: int = -1) -> Piece:
    """One piece that holds all of the lines."""
    return Piece(lines[0].start, lines[-1].end, parent)
