"""Code without line breaks: cut at its brackets and statements."""

import re

from excerpt.compressors.units.forms.pieces import Piece, Region, joined
from excerpt.compressors.units.lines import Lines

__all__ = ["find_minified", "is_minified"]

_LEAST = 240  # characters of a line that is cut
_DENSE = 50  # characters for each bracket or semicolon, at most
_WHOLE = 100  # characters of a block that is one piece
_DEEPEST = 100  # levels that are opened
_FEWEST_BLOCKS = 3
_MARK = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`|[{};]")
_DATA = re.compile(r'[{\[]\s*(?:"|\{|\[)')


class _Block:
    """What a bracket encloses, with what is before it, or a statement."""

    __slots__ = ("children", "end", "inside", "start")

    def __init__(self, start: int) -> None:
        self.start = self.inside = self.end = start
        self.children: list[_Block] = []


def is_minified(text: str) -> bool:
    """Whether a line is long, and full of brackets and statements, and no data."""
    blocks = text.count("{")
    marks = blocks + text.count(";")
    return (
        len(text) >= _LEAST
        and blocks >= _FEWEST_BLOCKS
        and marks * _DENSE >= len(text)
        and text.count("; ") * 2 <= marks
        and not _DATA.match(text)
    )


def find_minified(text: str, lines: Lines, at: int) -> Region | None:
    """Minified style sheets and scripts; None for a line that is short, or no code."""
    line = lines[at]
    if not is_minified(line.text):
        return None
    top = _read(text, line.start, line.end)
    pieces: list[Piece] = []
    _add(top, -1, pieces)
    pieces[:1] = [pieces[0]._replace(start=line.start)] if pieces else [joined([line])]
    cut: list[Piece] = []
    place: list[int] = []
    for piece, following in zip(pieces, [*(each.start for each in pieces[1:]), line.end], strict=True):
        body = text[piece.start : following]
        place.append(len(cut))
        if body.strip():
            start = piece.start + len(body) - len(body.lstrip())
            above = place[piece.parent] if piece.parent >= 0 else -1
            cut.append(Piece(start, start + len(body.strip()), above))
    return Region(at + 1, cut)


def _read(text: str, start: int, end: int) -> _Block:
    """The blocks of a line as a tree; the time is linear."""
    top = _Block(start)
    stack = [top]
    first = start
    for mark in _MARK.finditer(text, start, end):
        sign = mark.group()
        if sign == "{":
            block = _Block(first)
            block.inside = mark.end()
            stack[-1].children.append(block)
            stack.append(block)
        elif sign in {";", "}"}:
            if first < mark.start():
                stack[-1].children.append(_Block(first))
            if stack[-1].children:  # a semicolon behind a block belongs to it
                stack[-1].children[-1].end = mark.end()
            if sign == "}" and len(stack) > 1:
                stack.pop().end = mark.end()
        else:
            continue
        first = mark.end()
    if first < end:
        stack[-1].children.append(_Block(first))
    for block in stack:
        block.end = end
    return top


def _add(block: _Block, parent: int, pieces: list[Piece], depth: int = 0) -> None:
    """A short block whole; else what is before its bracket, and below that what stands in it."""
    if depth and (block.end - block.start <= _WHOLE or not block.children or depth > _DEEPEST):
        pieces.append(Piece(block.start, block.end, parent))
        return
    if depth:
        pieces.append(Piece(block.start, block.inside, parent))
        parent = len(pieces) - 1
    for child in block.children:
        _add(child, parent, pieces, depth + 1)
