"""HTML: cut at the tags of blocks. A row is read with the header of its table, other blocks with their heading."""

import re

from excerpt.compressors.units.forms.pieces import Piece

__all__ = ["is_markup", "split_markup"]

_BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header"
    "|hr|html|li|link|main|meta|nav|ol|option|p|pre|script|section|style|summary|table|tbody|tfoot|thead|title|tr|ul"
)
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_BLOCKS})\b[^<>]{{0,2000}}>", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z_][\w:.-]{0,60})(?:\s[^<>]{0,2000})?/?>")
_HEADING = re.compile(r"(?:<[^<>]*>\s*)*?<h([1-6])\b", re.IGNORECASE)
_TERM = re.compile(r"(?:<[^<>]*>\s*)*?<(d[td]|footer)\b", re.IGNORECASE)
_LOOK = 20_000  # characters looked at to decide
_VISIBLE = re.compile(r"\S")
_ONLY_CLOSERS = re.compile(r"(?:\s*</[^<>]*>)+$")


def is_markup(text: str) -> bool:
    """Whether a text is HTML or XML: tags of blocks, or elements with their ends."""
    head = text[:_LOOK]
    if head.count("<") < 2:
        return False
    tags = list(_TAG.finditer(head))
    if len(tags) >= 2 and (
        len(tags) >= 4 or any(tag["close"] or tag["name"].lower() in {"br", "p", "li"} for tag in tags)
    ):
        return len(tags) * 1500 >= len(head)
    closed = sum(bool(match["close"]) for match in _ELEMENT.finditer(head))
    return head.lstrip().startswith("<") and closed >= 2 and closed * 1500 >= len(head)


def split_markup(text: str) -> list[Piece]:
    """Pieces between the tags of blocks, each with the tags that open and close it; the time is linear."""
    pattern = _TAG if _TAG.search(text[:_LOOK]) else _ELEMENT
    cuts = _cuts(text, pattern)
    pieces: list[Piece] = []
    head = -1
    start = 0
    for cut, table in [*cuts, (len(text), None)]:
        first = _VISIBLE.search(text, start, cut)
        if first:
            end = start + len(text[start:cut].rstrip())
            body = text[first.start() : end]
            if pieces and _ONLY_CLOSERS.match(body):  # the end of what is before it
                pieces[-1] = pieces[-1]._replace(end=end)
                head = -1 if table == "end" else head
                start = cut
                continue
            row = re.match(r"(?:<[^<>]*>\s*)*?<tr\b", body, re.IGNORECASE) is not None
            is_head = row and re.search(r"<th\b", body, re.IGNORECASE) is not None and head < 0
            pieces.append(Piece(first.start(), end, head if row and not is_head else -1))
            if is_head:
                head = len(pieces) - 1
        if table == "end":
            head = -1
        start = cut
    return _under_headings(text, pieces)


def _under_headings(text: str, pieces: list[Piece]) -> list[Piece]:
    """Pieces without a parent get the heading above them, or the term that they explain."""
    above: list[tuple[int, int]] = []  # levels and numbers of the headings that are open
    term = -1
    placed: list[Piece] = []
    for number, piece in enumerate(pieces):
        heading, mark = _HEADING.match(text, *piece[:2]), _TERM.match(text, *piece[:2])
        name = mark[1].lower() if mark else ""
        if name == "footer":
            above = []
        while heading and above and above[-1][0] >= int(heading[1]):
            above.pop()
        parent = above[-1][1] if above else -1
        if name == "dd" and term >= 0:
            parent = term
        term = number if name == "dt" else term if name == "dd" else -1
        placed.append(piece._replace(parent=parent) if piece.parent < 0 else piece)
        if heading:
            above.append((int(heading[1]), number))
    return placed


def _cuts(text: str, pattern: re.Pattern[str]) -> list[tuple[int, str | None]]:
    """Where pieces end: behind a tag that closes or breaks, before one that opens; in a row only behind its end.

    An opening tag right behind another opening tag does not cut: `<ul><li>` begins one piece.
    """
    cuts: list[tuple[int, str | None]] = []
    in_row = False
    content = 0  # behind the last tag
    opened = False  # only opening tags since the last cut
    for tag in pattern.finditer(text):
        name = tag["name"].lower()
        between = text[content : tag.start()].strip() != ""
        content = tag.end()
        if in_row and name not in {"tr", "table"}:
            continue
        opened = opened and not between
        single = name in {"br", "hr"} or tag.group().endswith("/>")
        if tag["close"] or single:
            follows = pattern.match(text, _next(text, tag.end()))
            in_row = False
            if follows and follows["close"] and follows["name"].lower() != "table":
                continue
            cuts.append((tag.end(), "end" if name == "table" and tag["close"] else None))
            opened = True
        else:
            if not opened and tag.start() > 0:
                cuts.append((tag.start(), None))
            opened = True
            in_row = name == "tr"
    return cuts


def _next(text: str, at: int) -> int:
    match = _VISIBLE.search(text, at)
    return match.start() if match else len(text)
