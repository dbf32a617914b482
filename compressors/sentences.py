"""Sentences with exact offsets: the block structure of a text, and rules for the prose inside.

A block (see ``winnow.compressors.blocks``) never shares a unit with another. Headings, table rows,
code and rules are one unit each; paragraphs and list items are cut after the stops of their script:

* ``. ! ? …`` before white space, unless an abbreviation, an initial, an ordinal or a lower-case
  continuation speaks against it;
* full-width, Arabic, Devanagari, Armenian, Ethiopic, Khmer, Burmese and other stops, which are
  never anything else, also without a space;
* in Thai and Lao, which have no stop, at a space once a piece is long enough.

Which splitters this one was measured against, and why it is the default: ``docs/units.md``.
"""

import re
from collections.abc import Iterator

from winnow.compressors.abbreviations import (
    ALWAYS_OPEN,
    BEFORE_NUMBER,
    CAPITALISED,
    MAY_CLOSE,
    MONTHS,
    NAMES_WITH_STOP,
    ORDINAL_BEFORE,
    STARTERS,
)
from winnow.compressors.blocks import Block, split_blocks
from winnow.spans import Span

__all__ = ["split_sentences"]

_CLING = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u0300-\u036f\u20d0-\u20ff"
_CLOSERS = "\"'”’»›)\\]}」』】〉》〕〗）］｝｣＂＇*_`" + _CLING
# Stops that are nothing but stops, from Unicode's Sentence_Terminal without the Latin ones.
_STRONG = "。！？．｡︒﹒﹖﹗‼⁇⁈⁉؟۔؝؞܀܁܂।॥։።፧፨။၊។៕᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᭽᭾᭿᰻᰼᱾᱿⸼꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫།༎"
_STOP = re.compile(
    rf"(?P<strong>[{_STRONG}][{_STRONG}!?…]*)[{_CLOSERS}]*"
    rf"|(?P<weak>[.!?…‥]+)[{_CLOSERS}]*(?:\[[\w, –-]{{1,12}}\])*"
    rf"|(?P<thai>[\u0E00-\u0EFF][ \u00A0]+)(?=[\u0E00-\u0EFF])"
)
_WORD_BEFORE = re.compile(r"[^\s(\[{\"“”‘«»—–/]+$")
_WORD_AFTER = re.compile(r"(?:>\s)*[^\w\s]{0,6}(\w[\w'’-]{0,30})")
_WORD_CHARACTER = re.compile(r"\w")
_NUMERAL = re.compile(r"\d|[IVXLCDM]+$|[B-HJ-Z]$|[A-Z]\d")
_DOTTED = re.compile(r"(?:[^\W\d]{1,3}\.)+[^\W\d]{1,3}$")
_NOT_BEFORE = ",;:)]}%"  # what cannot begin a sentence
_THAI_PIECE = 40  # characters after which a space ends a piece of Thai or Lao
_LOOK_BACK = 40  # characters looked at for the word before a stop


def split_sentences(text: str) -> list[Span]:
    """Split a text into sentences and other smallest blocks; the time is linear in its length.

    Returns:
        Spans in order, without white space at their ends. Every character that is not white space
        lies in exactly one.
    """
    spans: list[Span] = []
    for block in split_blocks(text):
        if block.kind in {"prose", "item"}:
            spans.extend(_sentences(text, block))
        else:
            spans.append(Span(block.start, block.end))
    return spans


def _sentences(text: str, block: Block) -> Iterator[Span]:
    """The sentences of one block of prose; a piece without a word joins the one before it."""
    start = end = block.start
    for cut in _cuts(text, block):
        piece = text[end:cut]
        if end > start and _WORD_CHARACTER.search(piece):
            yield Span(start, end)
            start = cut - len(piece.lstrip())
        end = max(end, cut - len(piece) + len(piece.rstrip()))
    yield Span(start, end)


def _cuts(text: str, block: Block) -> Iterator[int]:
    """Where sentences end, the end of the block last."""
    piece, lower = block.start, None
    for match in _STOP.finditer(text, block.body, block.end):
        cut = match.end()
        if cut >= block.end:
            break
        if match["thai"]:
            cut = match.start() + 1
            ends = cut - piece >= _THAI_PIECE
        elif match["strong"]:
            ends = _strong_ends(text, match)
        elif text[cut].isspace():
            if lower is None:
                lower = not any(map(str.isupper, text[block.start : block.end]))
            ends = _weak_ends(text, match, piece, lower_case=lower)
        else:
            ends = match["weak"][-1] in "!?" and _is_cjk(text[cut]) and _is_cjk(text[match.start() - 1])
        if ends:
            yield cut
            piece = cut
    yield block.end


def _is_cjk(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3"


def _strong_ends(text: str, match: re.Match[str]) -> bool:
    """Japanese goes on after a quotation with a particle: 「はい。」と言った。"""
    closed = text[match.end() - 1] in "」』"
    return not (closed and text[match.end()] in "とっ、，,")


def _weak_ends(text: str, match: re.Match[str], piece: int, *, lower_case: bool) -> bool:
    """Whether a Latin stop with white space behind it ends a sentence."""
    at = match.end()
    while text[at].isspace():  # a block does not end in white space
        at += 1
    after = _WORD_AFTER.match(text, at)
    if after is None or text[at] in _NOT_BEFORE:
        return text[at] not in _NOT_BEFORE and text[at] not in ".…!?"
    word = after[1]
    if word[0].islower() and not word[1:2].isupper() and not lower_case:
        return False
    stop = match["weak"]
    found = _WORD_BEFORE.search(text, max(piece, match.start() - _LOOK_BACK), match.start())
    before = found[0] if found else ""
    starter = word.lower().replace("’", "'") in STARTERS
    if stop[0] in "!?":
        return starter or before.lower() not in NAMES_WITH_STOP
    if len(stop) > 1 or stop == "…":
        return len(stop) > 3 or word[:2] not in {"I", "I'", "I’"}
    if not before:
        return True
    if text[piece : match.start()].lstrip() == before and len(before) <= 3 and _is_marker(before):
        return False
    if before[-1].isdigit():
        return starter or not _is_ordinal(text, before, word, match.start())
    return _word_ends(before, word, starter=starter)


def _is_marker(before: str) -> bool:
    """Whether a word that begins a piece is the number of an enumeration: "2." or "b."."""
    return before.isdigit() or len(before) == 1


def _is_ordinal(text: str, number: str, after: str, end: int) -> bool:
    """Whether "3." is "the third", as German, Danish, Czech and others write it."""
    if not number.isdigit() or len(number) > 2:
        return False
    if after.lower() in MONTHS:
        return True
    words = text[max(0, end - _LOOK_BACK) : end].split()
    return len(words) > 1 and words[-2] in ORDINAL_BEFORE


def _word_ends(before: str, after: str, *, starter: bool) -> bool:
    """Whether the stop after a word, rather than a number, ends a sentence."""
    bare = before.lower().strip("'’,;:")
    if len(before) == 1 and before.isupper():  # an initial
        return starter
    if bare in CAPITALISED and before[0].islower():
        return True
    if bare in ALWAYS_OPEN:
        return False
    if bare in BEFORE_NUMBER:
        return _NUMERAL.match(after) is None
    if bare in MAY_CLOSE or _DOTTED.match(before):
        return starter
    return True
