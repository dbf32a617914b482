"""Sentences with exact offsets: the block structure of a text, and rules for the prose inside.

A block (see ``excerpt.compressors.units.blocks``) never shares a unit with another. Headings, table rows,
code and rules are one unit each; paragraphs and list items are cut after the stops of their script:

* ``. ! ? …`` before white space, unless an abbreviation, an initial, an ordinal or a lower-case
  continuation speaks against it;
* full-width, Arabic, Devanagari, Armenian, Ethiopic, Khmer, Burmese and other stops, which are
  never anything else, also without a space;
* in Thai and Lao, which have no stop, at a space once a piece is long enough.

A piece of more than 2,000 characters is no sentence but a transcript, a list of names or a dump. It is
cut at line breaks, else at commas and the like, else at spaces, so that it can be kept in part.

Which splitters this one was measured against, and why it is the default: ``docs/results/splitters.md``.
"""

import re
from collections.abc import Iterator

from excerpt.compressors.units.abbreviations import (
    ALWAYS_OPEN,
    BEFORE_NUMBER,
    CAPITALISED,
    LABELS,
    MAY_CLOSE,
    MONTHS,
    NAMES_WITH_STOP,
    ORDINAL_BEFORE,
    STARTERS,
)
from excerpt.compressors.units.blocks import Block, split_blocks
from excerpt.values.spans import Span

__all__ = ["RULES_VERSION", "split_sentences"]

RULES_VERSION = 1
"""Raise it with every change of where sentences end, word lists included; stored ones of another
number are not used (tests/golden)."""

_CLING = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u0300-\u036f\u20d0-\u20ff"
_CLOSERS = "\"'”’»›)\\]}」』】〉》〕〗）］｝｣＂＇*_`" + _CLING
# Stops that are nothing but stops, from Unicode's Sentence_Terminal without the Latin ones.
_STRONG = "。！？．｡︒﹒﹖﹗‼⁇⁈⁉؟۔؝؞܀܁܂।॥։።፧፨။၊។៕᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᭽᭾᭿᰻᰼᱾᱿⸼꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫།༎"
_CODE = r"(?P<code>(?P<ticks>`{1,3})(?!`)[^`\n]{1,200}(?P=ticks))"
_STOP = re.compile(
    rf"{_CODE}|(?P<strong>[{_STRONG}][{_STRONG}!?…]*)[{_CLOSERS}]*"
    rf"|(?P<weak>[.!?…‥]+)[{_CLOSERS}]*(?:\[[\w, –-]{{1,24}}\])*"
    r"|(?P<greek>(?<=[\u0370-\u03ff\u1f00-\u1fff]);)"
    r"|(?P<thai>[\u0E00-\u0EFF][ \u00A0]+)(?=[\u0E00-\u0EFF])"
)
_EMOJI = re.compile(r"[ \u00A0]?[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+(?=\s)")
_WORD_BEFORE = re.compile(r"[^\s(\[{\"“”‘«»—–/]+$")
_WORD_AFTER = re.compile(r"(?:>\s)*[^\w\s]{0,6}(\w[\w'’-]{0,30})")
_GREEK = re.compile(r"\s+[\u0370-\u03ff\u1f00-\u1fff]")
_WEAKER = re.compile(r"\n|[,;:](?=\s)|[、，；：](?=\w)")
_SPACE = re.compile(r"\s")
_VISIBLE = re.compile(r"\S")
_WORD_CHARACTER = re.compile(r"\w")
_NUMERAL = re.compile(r"\d|[IVXLCDM]+$|[B-HJ-Z]$|[A-Z]\d|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)$")
_DOTTED = re.compile(r"(?:[^\W\d]{1,3}\.)+[^\W\d]{1,3}$")
_NO_VOWEL = re.compile(r"[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][b-df-hj-np-tv-xz]{1,4}$")
_NOT_BEFORE = ",;:)]}%"  # what cannot begin a sentence
_THAI_PIECE = 40  # characters after which a space ends a piece of Thai or Lao
_LONGEST = 2_000  # characters; longer prose without a stop is cut at the weaker marks it has
_LOOK_BACK = 40  # characters looked at for the words before a stop


def split_sentences(text: str) -> list[Span]:
    """Split a text into sentences and other smallest blocks; the time is linear in its length.

    Returns:
        Spans in order, without white space at their ends. Every character that is not white space
        lies in exactly one.
    """
    spans: list[Span] = []
    for block in split_blocks(text):
        if block.kind in {"prose", "item"}:
            for start, end in _sentences(text, block):
                spans.extend(_shortened(text, start, end))
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


def _shortened(text: str, start: int, end: int) -> Iterator[Span]:
    """A piece as it is, or in parts if it is too long and has white space or commas to cut at."""
    while end - start > _LONGEST:
        cut = 0
        for mark in _WEAKER.finditer(text, start + _LONGEST // 2, start + _LONGEST):
            cut = mark.end()
        if not cut:
            space = _SPACE.search(text, start + _LONGEST // 2, end)
            if space is None:
                break
            cut = space.start()
        yield Span(start, start + len(text[start:cut].rstrip()))
        following = _VISIBLE.search(text, cut, end)  # there is one: a piece does not end in white space
        start = following.start() if following else end
    if start < end:
        yield Span(start, end)


def _cuts(text: str, block: Block) -> Iterator[int]:
    """Where sentences end, the end of the block last."""
    piece, lower = block.start, None
    for match in _STOP.finditer(text, block.body, block.end):
        cut = match.end()
        if cut >= block.end:
            break
        if match["weak"] and text[cut].isspace():
            if lower is None:
                lower = not any(map(str.isupper, text[block.start : block.end]))
            ends = _weak_ends(text, match, piece, lower_case=lower)
        elif match["thai"]:
            cut = match.start() + 1
            ends = cut - piece >= _THAI_PIECE
        else:
            ends = _ends_without_space(text, match)
        if ends:
            emoji = _EMOJI.match(text, cut, block.end)
            piece = emoji.end() if emoji else cut
            yield piece
    yield block.end


def _is_cjk(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3"


def _ends_without_space(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends here although no white space has to follow."""
    after = text[match.end()]
    if match["strong"]:  # in Japanese a particle goes on after a quotation
        return not (text[match.end() - 1] in "」』" and after in "とっ、，,")
    if match["weak"] is None:
        return match["greek"] is not None and after.isspace() and _GREEK.match(text, match.end()) is not None
    before = text[match.start() - 2 : match.start()]
    if _is_cjk(after):
        return match["weak"][-1] in "!?" and _is_cjk(before[-1:])
    if after.isupper() and before.isalpha() and before.islower():  # a space was lost: "end.Then it"
        word = _WORD_AFTER.match(text, match.end())
        return word is not None and word[1].lower() in STARTERS and text[word.end() : word.end() + 1] == " "
    return False


def _weak_ends(text: str, match: re.Match[str], piece: int, *, lower_case: bool) -> bool:
    """Whether a Latin stop with white space behind it ends a sentence."""
    at = match.end()
    while text[at].isspace():  # a block does not end in white space
        at += 1
    after = _WORD_AFTER.match(text, at)
    if text[at] in _NOT_BEFORE or (after is None and text[at] in ".…!?"):
        return False
    word = after[1] if after else ""
    if word[:1].islower() and not word[1:2].isupper() and not lower_case:
        return False
    starter = word.lower().replace("’", "'") in STARTERS
    words = text[max(piece, match.start() - _LOOK_BACK) : match.start()]
    preceding = _WORD_BEFORE.search(words)
    before = preceding[0] if preceding else ""
    stop = match["weak"]
    if stop[0] in "!?":
        return starter or before.lower() not in NAMES_WITH_STOP
    if len(stop) > 1 or stop == "…":
        return len(stop) > 3 or word[:2] not in {"I", "I'", "I’"}
    if not before:
        return True
    earlier = words[: -len(before)].rstrip()
    if _is_marker(before, earlier):
        return False
    if before[-1].isdigit():
        return starter or not _is_ordinal(before, earlier, word)
    return _word_ends(before, earlier, word, starter=starter)


def _is_marker(before: str, earlier: str) -> bool:
    """Whether the word is the number of an enumeration: "2." or "b." at the start, or after a colon."""
    if earlier and earlier[-1] not in ":;":
        return False
    return (before.isdigit() and len(before) <= 3) or (len(before) == 1 and before.isalpha())


def _is_ordinal(number: str, earlier: str, after: str) -> bool:
    """Whether "3." is "the third", as German, Danish, Czech and others write it."""
    if not number.isdigit() or len(number) > 2:
        return False
    return after.lower() in MONTHS or _last_word(earlier) in ORDINAL_BEFORE


def _last_word(text: str) -> str:
    """The last word in lower case, without a stop."""
    words = text.rsplit(maxsplit=1)
    return words[-1].lower().rstrip(".") if words else ""


def _word_ends(before: str, earlier: str, after: str, *, starter: bool) -> bool:
    """Whether the stop after a word, rather than a number, ends a sentence."""
    bare = before.lower().strip("'’,;:*_")
    if len(before) == 1 and before.isupper():  # an initial, or a label
        last = _last_word(earlier)
        return starter or last in LABELS or (len(last) > 1 and last in BEFORE_NUMBER and earlier[-1:] == ".")
    if bare in CAPITALISED and before[0].islower():
        return True
    if bare in ALWAYS_OPEN:
        return False
    if bare in BEFORE_NUMBER:
        return _NUMERAL.match(after) is None
    if len(bare) == 1 and bare in "гвдп":  # Russian: "1860 г.", "XIX в.", "и т. д."
        return starter or earlier.endswith((" т.", "I", "V", "X")) or earlier[-1:].isdigit()
    if bare in MAY_CLOSE or _DOTTED.match(before) or _NO_VOWEL.match(before):
        return starter
    return True
