"""Records: the smallest parts of a text that say something by themselves, whatever the text is made of.

Prose is cut into sentences. What is no prose is cut at the borders of its own form: rows of a table, entries of a log
with their stack traces, elements of JSON, turns of a chat, statements and settings by line, blocks of HTML. Each piece
may have a parent that must be read with it (a table's header, the path of a record, a function's signature, a
section's heading).
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from excerpt.compressors.units.forms.cards import find_cards
from excerpt.compressors.units.forms.elements import is_elements, split_elements
from excerpt.compressors.units.forms.enclosed import (
    find_component,
    find_diagnostic,
    find_insert,
    find_reference,
)
from excerpt.compressors.units.forms.events import (
    find_diff,
    find_entries,
    find_pairs,
    find_subtitles,
    find_trace,
)
from excerpt.compressors.units.forms.json_records import find_json
from excerpt.compressors.units.forms.leads import under_leads
from excerpt.compressors.units.forms.markup import is_markup, split_markup
from excerpt.compressors.units.forms.messages import find_commit, find_mail_head, find_posts, find_quote
from excerpt.compressors.units.forms.minified import find_minified
from excerpt.compressors.units.forms.nested import find_fence, find_nested
from excerpt.compressors.units.forms.pieces import Piece, Region
from excerpt.compressors.units.forms.tables import find_laid_out, find_leaders, find_table, is_laid_out
from excerpt.compressors.units.lines import Line, Lines, lines_of
from excerpt.compressors.units.sentences import split_sentences
from excerpt.values.spans import Span

__all__ = ["RULES_VERSION", "split_records"]

RULES_VERSION = 5
"""Raise it with every change of what a record is or of its parent, also in ``forms``; stored ones of another number are
not used (tests/golden)."""

_HEADING = re.compile(
    r"(?P<marks>#{1,6}) +\S|\\(?P<command>part|chapter|section|subsection|subsubsection|paragraph)\*?\{"
    r"|[^\n]{1,200}\n[ \t]*(?P<line>=+|-{2,})$"
)
_POINT = re.compile(r"[^\W\d_]{3,12} \d{1,3}(?:\.\d{1,3})?\.$")
_APART, _ASIDE = 4, 24  # characters of white space before a mark at the end of a line, and of the mark
_COMMANDS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_Find: TypeAlias = Callable[[str, Lines, int], Region | None]

# Looked for at every line: their marks are sure.
_ANYWHERE: tuple[_Find, ...] = (
    find_fence,
    find_subtitles,
    find_trace,
    find_diff,
    find_pairs,
    find_quote,
    find_commit,
    find_mail_head,
    find_posts,
    find_component,
    find_reference,
    find_diagnostic,
    find_insert,
    find_minified,
    find_leaders,
    find_cards,
    find_entries,
)
# Looked for where a paragraph begins, or behind another form.
_AT_PARAGRAPH: tuple[_Find, ...] = (find_json, find_table, find_nested)
# Looked for where a line has a gap that no prose has.
_AT_GAP: tuple[_Find, ...] = (find_table, find_laid_out)
# Of a text of one line; the others need more.
_ONE_LINE: tuple[_Find, ...] = (find_subtitles, find_diff, find_insert, find_minified, find_json)


def split_records(text: str, *, longest: int = Lines.longest) -> list[Piece]:
    """Split a text into records, each with its parent; the time is linear in its length.

    Args:
        text: The text.
        longest: Characters up to which a value of JSON is one record; a longer one is cut at its members.

    Returns:
        Pieces in order, without white space at their ends. Every character that is not white space lies in exactly one.
    """
    if is_elements(text):
        return split_elements(text)
    if is_markup(text):
        return _sentences_inside(text, split_markup(text))
    lines = lines_of(text)
    lines.longest = longest
    pieces: list[Piece] = []
    headings: dict[int, int] = {}  # levels of pieces that are headings
    prose = at = 0  # lines from `prose` up to `at` belong to no form yet
    while at < len(lines):
        region = _find(text, lines, at, fresh=lines[at].after_blank or prose == at)
        if region is None:
            at += 1
            continue
        headings |= _prose(text, lines[prose:at], pieces)
        base = len(pieces)
        pieces.extend(
            piece if piece.parent < 0 else piece._replace(parent=piece.parent + base)
            for piece in region.pieces
        )
        headings |= {base + number: level for number, level in region.headings}
        if "\\" in text:
            headings |= _levels(text, pieces, base, commands=True)
        prose = at = region.stop
    headings |= _prose(text, lines[prose:at], pieces)
    pieces = under_leads(text, pieces)
    return _under_headings(pieces, headings) if headings else pieces


def _find(text: str, lines: Lines, at: int, *, fresh: bool) -> Region | None:
    gap = _AT_GAP if is_laid_out(lines[at]) else ()
    finds = (*_ANYWHERE, *(_AT_PARAGRAPH if fresh else ()), *gap) if len(lines) > 1 else _ONE_LINE
    for find in finds:
        region = find(text, lines, at)
        if region is not None:
            return region
    return None


def _prose(text: str, lines: list[Line], pieces: list[Piece]) -> dict[int, int]:
    """Add the sentences of lines that belong to no form; gives the levels of those that are headings, by number."""
    if not lines:
        return {}
    start, end = lines[0].start, lines[-1].end
    first = len(pieces)
    for a, b in split_sentences(text[start:end]):
        if len(pieces) > first and _belongs(text, pieces[-1], start + a, start + b):
            pieces[-1] = pieces[-1]._replace(end=start + b)
        else:
            pieces.append(Piece(start + a, start + b))
    return _levels(text, pieces, first)


def _belongs(text: str, before: Piece, start: int, end: int) -> bool:
    """Whether a sentence is not one of its own: behind the number of a point, or set apart at the end of its line."""
    between = text[before.end : start]
    if "\n" in between:
        return False
    if len(between) >= _APART:
        return end - start <= _ASIDE
    return before.end - before.start <= _ASIDE and _POINT.match(text, before.start, before.end) is not None


def _levels(text: str, pieces: list[Piece], first: int, *, commands: bool = False) -> dict[int, int]:
    """The levels of headings among the pieces from one on, by number; of LaTeX only, or of Markdown too."""
    levels: dict[int, int] = {}
    for number in range(first, len(pieces)):
        mark = _HEADING.match(text, *pieces[number][:2])
        if mark and mark["command"]:
            levels[number] = 1 + _COMMANDS.index(mark["command"])
        elif mark and not commands:
            levels[number] = len(mark["marks"]) if mark["marks"] else 1 + (mark["line"][0] == "-")
    return levels


def _under_headings(pieces: list[Piece], headings: dict[int, int]) -> list[Piece]:
    """Pieces without a parent get the heading that they stand under."""
    above: list[int] = []  # the headings that are open, from the highest level down
    placed: list[Piece] = []
    for number, piece in enumerate(pieces):
        level = headings.get(number)
        while level is not None and above and headings[above[-1]] >= level:
            above.pop()
        placed.append(piece._replace(parent=above[-1]) if piece.parent < 0 and above else piece)
        if level is not None:
            above.append(number)
    return placed


def _plain(text: str) -> str:
    """Markup with white space of the same length for its spaces that are written as a name."""
    return text.replace("&nbsp;", " " * len("&nbsp;"))


def _sentences_inside(text: str, blocks: list[Piece]) -> list[Piece]:
    """Blocks of markup cut into sentences, where they are no rows of a table."""
    pieces: list[Piece] = []
    place: list[int] = []  # of each block among the pieces
    for block in blocks:
        place.append(len(pieces))
        parent = place[block.parent] if block.parent >= 0 else -1
        body = text[block.start : block.end]
        inside = [Span(0, len(body))] if "<td" in body or "<th" in body else split_sentences(_plain(body))
        pieces.extend(Piece(block.start + a, block.start + b, parent) for a, b in inside)
    return pieces
