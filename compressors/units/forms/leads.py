"""What the points of a list are read with: the line before them that leads to them, as in "The permit ends"."""

import re
from collections.abc import Sequence

from excerpt.compressors.units.forms.pieces import Piece

__all__ = ["under_leads"]

_MARK = re.compile(
    r"(?P<bullet>[-*+•·–—▪◦‣]\s)|(?P<round>\(\d{1,3}\)\s)|(?P<letter>[a-z][.)]\s)|(?P<lettered>\([a-z]\)\s)"
    r"|(?P<roman>\([ivx]{2,5}\)\s)|(?P<third>\d{1,3}\.\d{1,3}\.\d{1,3}\.?\s)|(?P<second>\d{1,3}\.\d{1,3}\.?\s)"
    r"|(?P<first>\d{1,3}[.)]\s)|(?P<amount>\d[\d.,/]*\s?[^\W\d_])"
)
_FORWARD = re.compile(r"[\w)\]:：,]$")
_NUMBERED = {("first", "second"), ("second", "third"), ("first", "third")}
_LONGEST = 160  # characters of a line that leads to a list


def under_leads(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces in which the points of a list that had no parent have the line that leads to it, if there is one.

    Args:
        text: The text.
        pieces: In order.
    """
    kinds = [_kind(text, pieces, number) for number in range(len(pieces))]
    found = list(pieces)
    # Kinds of points, from the outer lists to the inner, and what leads to them.
    open_lists: list[tuple[str, int]] = []
    first = 0  # the first point of the outermost list
    for number, piece in enumerate(pieces):
        kind = kinds[number]
        if piece.parent >= 0:
            open_lists = open_lists if piece.parent >= first else []
            continue
        if kind == "" or (kind == "amount" and not _is_amount(kinds, number)):
            open_lists = []
            continue
        if kind == "inside":
            continue
        outer = [known for known, _ in open_lists]
        if kind in outer:
            del open_lists[outer.index(kind) + 1 :]
        else:
            first = first if open_lists else number
            leads = number > 0 and _leads(text, pieces[number - 1], kinds[number - 1], piece, kind)
            open_lists.append((kind, number - 1 if leads else -1))
        found[number] = piece._replace(parent=open_lists[-1][1])
    return found


def _kind(text: str, pieces: Sequence[Piece], number: int) -> str:
    """The kind of point that a piece is; empty for none, ``"inside"`` for a sentence that goes on in a line."""
    start = pieces[number].start
    line = text.rfind("\n", pieces[number - 1].end if number else 0, start) if number else -1
    if number and line < 0:
        return "inside"
    mark = _MARK.match(text, start, pieces[number].end)
    return mark.lastgroup or "" if mark else ""


def _is_amount(kinds: Sequence[str], number: int) -> bool:
    """Whether a line that begins with a number is one of several."""
    return "amount" in (*kinds[max(number - 1, 0) : number], *kinds[number + 1 : number + 2])


def _leads(text: str, before: Piece, kind: str, point: Piece, of: str) -> bool:
    """Whether a piece leads to the point behind it: it ends in no full stop, and is a line by itself.

    Args:
        text: The text.
        before: The piece.
        kind: The kind of point that it is itself.
        point: The one behind it.
        of: The kind of that.
    """
    body = text[before.start : before.end]
    colon = body[-1] in ":："
    if kind in {"amount", "inside"} and not colon:
        return False
    if not _FORWARD.match(body[-1]) or len(body) > _LONGEST or "\n" in body:
        return False
    if colon:
        return True
    # A heading of numbered paragraphs says less of them than it costs.
    return text.count("\n", before.end, point.start) <= 1 and (kind, of) not in _NUMBERED
