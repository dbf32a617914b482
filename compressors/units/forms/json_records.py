"""JSON cut at the borders of records: elements of arrays and members of objects, whole where they are short.

The text may be cut off at any place, as a retriever's chunks are. A short value is one piece. A longer one is its
opening (the key and the bracket) and the pieces of what stands in it, which have the opening as their parent; so the
path of a record is the chain of its parents. Commas and closing brackets stay with what is before them.
"""

import re

from excerpt.compressors.units.forms.pieces import Piece, Region
from excerpt.compressors.units.lines import Lines

__all__ = ["find_json"]

_TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\\n]|\\.)*"?)|(?P<open>[{\[])|(?P<close>[}\]])|(?P<mark>[,:])'
    r"|(?P<word>-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity))"
)
_OPENS = re.compile(r'(?:[{\[]\s*(?:$|["{\[\]}\d-]|true|false|null)|"(?:[^"\\\n]|\\.)*"\s*:\s*[{\["\d\-tfn])')
_DEEPEST = 100  # levels that are opened; what is deeper is one piece
_PATIENCE = 3  # times the text's length that may be read in vain
_VISIBLE = re.compile(r"\S")
_LOOK = 4_000  # characters looked at before reading


class _Node:
    """A value, with its key, as far as it goes."""

    __slots__ = ("children", "end", "inside", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.inside = start  # behind the opening bracket; the start for a plain value
        self.end = start
        self.children: list[_Node] = []


def find_json(text: str, lines: Lines, at: int) -> Region | None:
    """JSON that begins at a line: a document, JSON Lines, or the members that a cut left; None for no JSON."""
    line = lines[at]
    if (
        not _OPENS.match(line.text)
        or not _promising(text, line.start)
        or lines.wasted > _PATIENCE * len(text)
    ):
        return None
    nodes, end, read = _parse(text, line.start)
    if not nodes or not _is_data(text, nodes, end):
        lines.wasted += read - line.start
        return None
    stop = at
    while stop < len(lines) and lines[stop].start < end:
        stop += 1
    if lines[stop - 1].end > end:  # the rest of a line is not JSON
        return None
    pieces: list[Piece] = []
    if len(nodes) == 1 and nodes[0].children:  # a whole document is opened, however short
        _open(nodes[0], -1, pieces, longest=lines.longest)
    else:
        for node in nodes:
            _add(node, -1, pieces, longest=lines.longest)
    return Region(stop, _stretched(text, pieces, end))


def _promising(text: str, start: int) -> bool:
    """Whether a key or a comma comes soon."""
    return text.find(":", start, start + _LOOK) >= 0 or text.find(",", start, start + _LOOK) >= 0


def _is_data(text: str, nodes: list[_Node], end: int) -> bool:
    """Whether it is more than a word in brackets: a member with a key, or several values."""
    first = nodes[0]
    return '":' in text[first.start : min(end, first.start + _LOOK)].replace('" :', '":') or (
        len(first.children) > 2 and text[first.start] == "["
    )


class _Parser:
    """Reads values from tokens until one does not fit."""

    def __init__(self, start: int) -> None:
        self.top = _Node(start)
        self.stack = [self.top]
        self.end = start  # behind the last token that fitted
        self.whole, self.whole_end = 0, start  # values that are closed, and where the last of them ends
        self._value: _Node | None = None  # the member that the next tokens belong to
        self._after_colon = False

    def mark(self, mark: str) -> None:
        """A comma or a colon."""
        self._after_colon = mark == ":"
        if not self._after_colon:
            self._value = None

    def close(self) -> bool:
        """A bracket that closes; whether it closes a whole value."""
        if len(self.stack) > 1:
            self.stack.pop().end = self.end
        self._value, self._after_colon = None, False
        if len(self.stack) == 1:
            self.whole, self.whole_end = len(self.top.children), self.end
        return len(self.stack) == 1

    def value(self, place: int, *, opens: bool) -> None:
        """A string, a word or a bracket that opens; behind a colon it belongs to the key."""
        if self._value is None or not self._after_colon:
            self._value = _Node(place)
            self.stack[-1].children.append(self._value)
        self._after_colon = False
        self._value.end = self.end
        if opens:
            self._value.inside = self.end
            self.stack.append(self._value)
            self._value = None


def _parse(text: str, start: int) -> tuple[list[_Node], int, int]:
    """The values from a place on, where the last one ends, and how far was read.

    A text that breaks off closes everything.
    """
    parser = _Parser(start)
    while token := _TOKEN.match(text, parser.end):
        parser.end = token.end()
        if token["mark"]:
            parser.mark(token["mark"])
        elif token["close"]:
            if parser.close() and not _goes_on(text, parser.end):
                break
        else:
            parser.value(token.start(token.lastgroup or 0), opens=token["open"] is not None)
    if len(parser.stack) > 1 and _VISIBLE.search(
        text, parser.end
    ):  # no JSON from here on: what was closed before it stands
        return parser.top.children[: parser.whole], parser.whole_end, parser.end
    for node in parser.stack[1:]:
        node.end = parser.end
    return parser.top.children, parser.end, parser.end


def _goes_on(text: str, at: int) -> bool:
    """Whether another value follows a closed one: JSON Lines, or the members that a cut left."""
    following = _TOKEN.match(text, at)
    return following is not None and not following["word"]


def _add(node: _Node, parent: int, pieces: list[Piece], depth: int = 0, *, longest: int) -> None:
    if node.end - node.start <= longest or not node.children or depth > _DEEPEST:
        pieces.append(Piece(node.start, node.end, parent))
    else:
        _open(node, parent, pieces, depth, longest=longest)


def _open(node: _Node, parent: int, pieces: list[Piece], depth: int = 0, *, longest: int) -> None:
    """The opening of a value, and what stands in it: plain members that follow each other are cut one by one."""
    if node.children and node.children[0].start > node.start:
        pieces.append(Piece(node.start, node.inside, parent))
        parent = len(pieces) - 1
    for child in node.children:
        _add(child, parent, pieces, depth + 1, longest=longest)


def _stretched(text: str, pieces: list[Piece], end: int) -> list[Piece]:
    """Pieces with the commas and brackets behind them."""
    stretched: list[Piece] = []
    for index, piece in enumerate(pieces):
        last = pieces[index + 1].start if index + 1 < len(pieces) else end
        stretched.append(
            Piece(piece.start, piece.start + len(text[piece.start : last].rstrip()), piece.parent)
        )
    return stretched
