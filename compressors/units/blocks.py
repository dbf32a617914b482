"""The block structure of a text: paragraphs, headings, list items, table rows and code.

One pass over the lines. Markdown is read by the rules of CommonMark where they are safe on the
plain text that retrieval returns, and by the shape of the lines where they are not:

* A fence is one block. An opening fence that is never closed runs to the end when it names a
  language; otherwise it is the leftover of a cut passage and stands alone.
* Indented text is code only if it looks like code: indented prose is more common in corpora.
* A line break inside a paragraph ends a block only if the text was not wrapped there, that is when
  the next word would have fitted well before the paragraph's own width.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from excerpt.compressors.units.lines import Line, lines_of

__all__ = ["RULES_VERSION", "Block", "split_blocks"]

RULES_VERSION = 1
"""Raise it with every change of where blocks begin and end; stored ones of another
number are not used (tests/golden)."""

Kind = Literal["prose", "heading", "item", "row", "code", "rule"]


class Block(NamedTuple):
    """A piece of text that a sentence never crosses.

    ``body`` is where its text begins behind a list marker; no sentence ends before it. Only
    ``prose`` and ``item`` blocks hold several sentences, the others are one unit each.
    """

    kind: Kind
    start: int
    end: int
    body: int


_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_HEADING = re.compile(r"#{1,6}(?:\s|$)|={2,6}[^=]+={2,6}$")
_UNDERLINE = re.compile(r"(?:=+|-{2,})$")
_RULE = re.compile(r"(?:[*_=~-]\s?){3,}$")
_BULLET = re.compile(r"[-*+•‣⁃◦▪▫●○■□➢➤·∙]\s+")
_DASH = re.compile(r"[–—]\s+")
_NUMBER = re.compile(r"(?:\(?(\d{1,3})[.)]|\(?([a-zA-Z]|[ivxIVX]{1,5})\)|(?:\d{1,2}\.){1,4}\d{1,2}\.?)\s+")
_DELIMITER_ROW = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?$|\|\s*:?-+:?\s*\|$|\+(?:[-=]+\+)+$")
_FIELD = re.compile(r"[\w][^:：\n.!?]{0,40}[:：]\s+\S")
_CODE_WIDTH = 400  # a longer line is not read as code: looking at it would cost more than it tells
_CODE = re.compile(
    r"""
      ^(?:def|class|import|from|return|raise|yield|package|namespace|using|func|fn|let|var|const
        |public|private|protected|static|async|await|export|struct|enum|typedef|void|elif|except)\s
        .*[;:{}()=\]'"\w]$
    | ^(?:if|for|while|else|elif|try|except|finally|with|switch|do)\b.*[:{]$
    | ^(?:@\w+|\#include|\#define|\#!|//|/\*|\*/|\}|\)|\]|<\?|</?\w+[^>]*>$)
    | [;{}]$ | [\w\])]\s*(?:==|!=|->|=>|\+=|-=|:=|&&|\|\||::)\s*[\w"'(\[{]
    | ^[\w.\[\]"']+\s*(?::\s*[\w\[\], ]+)?=\s*\S
    | ^[\w.]+\([^()]*\)?[\w"',\s=.\[\]]*[\),]?:?$ | ^"[^"]+"\s*:\s
    """,
    re.VERBOSE,
)


def split_blocks(text: str) -> list[Block]:
    """Split a text into blocks; the time is linear in its length.

    Returns:
        Blocks in order, without overlaps. Every character that is not white space is in one.
    """
    lines = lines_of(text)
    closers = _closers(lines)
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        last = _fence_end(lines, at, closers)
        if last is not None:
            blocks.append(Block("code", lines[at].start, lines[last].end, lines[at].start))
            at = last + 1
            continue
        stop = at + 1
        while stop < len(lines) and not lines[stop].after_blank and lines[stop].text[0] not in "`~":
            stop += 1
        blocks.extend(_paragraph(lines[at:stop]))
        at = stop
    return blocks


def _closers(lines: list[Line]) -> list[tuple[int, int]]:
    """For each line, the longest bare fence of backticks and of tildes at or after it.

    With it, looking for the end of a fence that has none costs nothing.
    """
    longest = [(0, 0)] * (len(lines) + 1)
    ticks = tildes = 0
    for index in range(len(lines) - 1, -1, -1):
        text = lines[index].text
        if text[:3] == "```" and not text.strip("`"):
            ticks = max(ticks, len(text))
        elif text[:3] == "~~~" and not text.strip("~"):
            tildes = max(tildes, len(text))
        longest[index] = (ticks, tildes)
    return longest


def _fence_end(lines: list[Line], at: int, closers: list[tuple[int, int]]) -> int | None:
    """The last line of the fence that opens at ``at``, or None where none opens."""
    match = _FENCE.match(lines[at].text)
    if not match:
        return None
    mark = match[1] or match[2]
    label = lines[at].text[len(mark) :]
    if closers[at + 1][mark[0] == "~"] < len(mark):  # never closed
        return len(lines) - 1 if label else at
    for index in range(at + 1, len(lines)):
        line = lines[index].text
        if line[:3] == mark[:3] and len(line) >= len(mark) and not line.strip(mark[0]):
            return index
    return None


def _paragraph(lines: list[Line]) -> Iterator[Block]:
    """The blocks of some lines without a blank line between them."""
    if _is_code(lines):
        yield Block("code", lines[0].start, lines[-1].end, lines[0].start)
        return
    openings = _openings(lines)
    firsts = [index for index, opening in enumerate(openings) if opening is not None]
    for first, following in pairwise([*firsts, len(lines)]):
        opening = openings[first]
        if opening is not None:
            kind, marker = opening
            start = lines[first].start
            yield Block(kind, start, lines[following - 1].end, start + marker)


def _openings(lines: list[Line]) -> list[tuple[Kind, int] | None]:
    """For each line, the kind and the marker width of the block that opens there, if one does."""
    rows = _rows(lines)
    fields = sum(bool(_FIELD.match(line.text)) for line in lines) >= max(2, len(lines) - 1)
    width = max(len(line.text) for line in lines)
    openings: list[tuple[Kind, int] | None] = []
    kind: Kind | None = None  # of the open block; None where the next line must open one
    for index, line in enumerate(lines):
        previous = lines[index - 1] if index else None
        opening: tuple[Kind, int] | None
        if rows[index]:
            # The line under a table's head belongs to the head.
            glued = kind == "row" and _DELIMITER_ROW.match(line.text) is not None
            opening = None if glued else ("row", 0)
        elif previous and kind == "prose" and _UNDERLINE.match(line.text):
            opening, kind = None, None
            openings.append(opening)
            continue
        else:
            opening = _marker(line.text, previous, kind)
            if opening is None and (
                previous is None
                or kind in {None, "row", "heading", "rule"}
                or fields
                or _deliberate(previous, line, width)
            ):
                opening = ("prose", 0)
        openings.append(opening)
        kind = opening[0] if opening else kind
    return openings


def _marker(text: str, previous: Line | None, kind: Kind | None) -> tuple[Kind, int] | None:
    """The block that the first characters of a line open."""
    if _HEADING.match(text):
        return "heading", 0
    if _RULE.match(text):
        return "rule", 0
    if match := _BULLET.match(text):
        return "item", match.end()
    # In wrapped prose a line can begin with a dash, a year or an initial by chance.
    interrupts = previous is None or kind != "prose" or previous.text[-1] in ".!?:;。！？："
    if interrupts and (match := _DASH.match(text)):
        return "item", match.end()
    match = _NUMBER.match(text)
    if match and (interrupts or match[1] == "1"):
        return "item", match.end()
    return None


def _deliberate(previous: Line, line: Line, width: int) -> bool:
    """Whether the text was broken here on purpose: the next word would have fitted well before.

    A line under 40 characters wide may be verse or a narrow column, where breaks mean nothing.
    """
    if width < 40 or not (line.text[0].isupper() or line.text[0].isdigit()):
        return False
    if previous.text[-1] in ",-–—(/&":
        return False
    return len(previous.text) + 1 + len(line.text[:40].split(maxsplit=1)[0]) <= 0.6 * width


def _rows(lines: list[Line]) -> list[bool]:
    """Which lines are rows of a table."""
    piped = [line.text.startswith("|") and line.text.count("|") > 1 for line in lines]
    tabbed = [line.text.count("\t") > 1 for line in lines]
    rows = [
        pipe or _DELIMITER_ROW.match(line.text) is not None for pipe, line in zip(piped, lines, strict=True)
    ]
    for index, line in enumerate(lines):
        beside = (index > 0 and tabbed[index - 1]) or (index + 1 < len(lines) and tabbed[index + 1])
        if tabbed[index] and beside:
            rows[index] = True
        elif "|" in line.text and not rows[index]:
            # A table without outer bars is known by the delimiter row under its head.
            head = index + 1 < len(lines) and _DELIMITER_ROW.match(lines[index + 1].text) is not None
            rows[index] = head or (index > 0 and rows[index - 1])
    return rows


def _is_code(lines: list[Line]) -> bool:
    """Whether at least half of the lines look like source code; one line must be indented too."""
    looks = sum(len(line.text) <= _CODE_WIDTH and _CODE.search(line.text) is not None for line in lines)
    if len(lines) == 1:
        return looks == 1 and lines[0].indent >= 4
    return 2 * looks >= len(lines)
