"""XML cut at the borders of records: an element whole where it is short, else its opening tag and what stands in it.

As with JSON, what stands in an element has the opening tag as its parent, so the path of a record is the chain of its
parents. Closing tags stay with what is before them. The text may be cut off at any place.
"""

import re
from collections import Counter

from excerpt.compressors.units.forms.pieces import LONGEST, Piece
from excerpt.compressors.units.sentences import split_sentences
from excerpt.values.spans import Span

__all__ = ["is_elements", "split_elements"]

_TAG = re.compile(
    r"<(?:[!?][^<>]{0,2000}|(?P<close>/?)(?P<name>[A-Za-z_][\w:.-]{0,60})(?:\s[^<>]{0,2000}?)?(?P<empty>/?))>"
)
_HTML = re.compile(
    r"<(?:!doctype html|html|body|head|p|div|span|td|th|tr|li|br|hr|ul|ol|dl|h[1-6]|table|img|nav|script)\b",
    re.IGNORECASE,
)
_LOOK = 20_000  # characters looked at to decide
_DENSE = 150  # characters for each closing tag, at most, where the text does not begin with a tag
_DEEPEST = 100  # levels that are opened; what is deeper stays in one piece


class _Element:
    """An element as far as it goes, or a comment."""

    __slots__ = ("children", "end", "has_text", "name", "start")

    def __init__(self, name: str, start: int, end: int) -> None:
        self.name, self.start, self.end = name, start, end
        self.children: list[_Element] = []
        self.has_text = False

    def holds_records(self) -> bool:
        """Whether several elements of one name stand in it that hold others: a list, however short."""
        names = [child.name for child in self.children if child.children]
        return len(set(names)) < len(names)


def is_elements(text: str) -> bool:
    """Whether a text is XML: elements with their ends, and none of HTML."""
    head = text[:_LOOK]
    if head.count("</") + head.count("/>") < 2:
        return False
    if _HTML.search(head) and not (head.startswith("<?xml") and "<html" not in head):
        return False
    tags = list(_TAG.finditer(head))
    ends = sum(bool(tag["close"] or tag["empty"]) for tag in tags)
    dense = 1500 if head.lstrip().startswith("<") else _DENSE
    return ends >= 2 and ends * dense >= len(head)


def split_elements(text: str) -> list[Piece]:
    """Elements, each with what it stands in; the time is linear."""
    top = _Parser(text).read()
    pieces: list[Piece] = []
    if not top.children or text[: top.children[0].start].strip():
        pieces.append(Piece(0, 0))
    for child in top.children:
        if len(top.children) == 1 or child.end - child.start > LONGEST:  # a whole document is opened
            _open(child, -1, pieces, 0)
        else:
            _add(child, -1, pieces, 0)
    return _cut(text, pieces, _whole(top))


class _Parser:
    """Reads tags into a tree of elements below one that stands for the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.top = _Element("", 0, len(text))
        self.stack = [self.top]
        self.is_open = Counter[str]()

    def read(self) -> _Element:
        """The tree; elements that the text breaks off in end with it."""
        content = 0
        for tag in _TAG.finditer(self.text):
            self._pass(content, tag.start())
            content = tag.end()
            name = tag["name"] or ""
            if tag["close"]:
                self._close(name, tag.end())
            elif name or not tag.group().startswith("<?"):
                self._begin(_Element(name, tag.start(), tag.end()), is_empty=not name or tag["empty"] != "")
        self._pass(content, len(self.text))
        for element in self.stack[1:]:
            element.end = len(self.text)
        return self.top

    def _pass(self, start: int, end: int) -> None:
        if self.text[start:end].strip():
            self.stack[-1].has_text = True

    def _begin(self, element: _Element, *, is_empty: bool) -> None:
        if len(self.stack) <= _DEEPEST:
            self.stack[-1].children.append(element)
        if not is_empty:
            self.stack.append(element)
            self.is_open[element.name] += 1

    def _close(self, name: str, end: int) -> None:
        """End an element and those that stand open in it; an end whose beginning was cut off changes nothing."""
        if not self.is_open[name]:
            return
        found = ""
        while found != name:
            element = self.stack.pop()
            element.end, found = end, element.name
            self.is_open[found] -= 1


def _add(element: _Element, parent: int, pieces: list[Piece], depth: int) -> None:
    short = element.end - element.start <= LONGEST and not element.holds_records()
    if short or not element.children or depth > _DEEPEST:
        pieces.append(Piece(element.start, element.end, parent))
    else:
        _open(element, parent, pieces, depth)


def _open(element: _Element, parent: int, pieces: list[Piece], depth: int) -> None:
    pieces.append(Piece(element.start, element.end, parent))
    above = len(pieces) - 1
    for child in element.children:
        _add(child, above, pieces, depth + 1)


def _whole(top: _Element) -> set[int]:
    """Where elements begin that hold others and no text of their own: in such a record no sentence ends."""
    found: set[int] = set()
    todo = [top]
    while todo:
        element = todo.pop()
        if element.children and not element.has_text:
            found.add(element.start)
        todo.extend(element.children)
    return found


def _cut(text: str, pieces: list[Piece], whole: set[int]) -> list[Piece]:
    """Pieces that reach to the next one, without white space; text of an element is cut into sentences."""
    cut: list[Piece] = []
    place: list[int] = []
    for index, piece in enumerate(pieces):
        last = pieces[index + 1].start if index + 1 < len(pieces) else len(text)
        body = text[piece.start : last]
        start = piece.start + len(body) - len(body.lstrip())
        body = body.strip()
        place.append(len(cut))
        parent = place[piece.parent] if piece.parent >= 0 else -1
        inside = [Span(0, len(body))] if piece.start in whole else _sentences(body)
        cut.extend(Piece(start + a, start + b, parent) for a, b in inside)
    return cut


def _sentences(body: str) -> list[Span]:
    """Sentences; the ends of elements behind the last one belong to it, and are not read as code."""
    stop = len(body)
    while stop and body[stop - 1] == ">" and body.startswith("</", at := body.rfind("<", 0, stop)):
        stop = at
        while stop and body[stop - 1].isspace():
            stop -= 1
    sentences = list(split_sentences(body[:stop]))
    if not sentences:
        return [Span(0, len(body))] if body else []
    return [*sentences[:-1], Span(sentences[-1].start, len(body))]
