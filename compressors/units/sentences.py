"""Sentences with exact offsets: the block structure of a text, and rules for the prose inside.

A block (see ``excerpt.compressors.units.blocks``) never shares a unit with another. Headings, table rows,
code and rules are one unit each; paragraphs and list items are cut after the stops of their script:

* ``. ! ? …`` before white space, unless an abbreviation, an initial, an ordinal, a date or a lower-case
  continuation speaks against it (``excerpt.compressors.units.full_stops``);
* the end of an HTML paragraph, item or row, and a line break in HTML; a stop inside a tag is none;
* full-width, Arabic, Devanagari, Armenian, Ethiopic, Khmer, Burmese and other stops, which are
  never anything else, also without a space;
* in Thai and Lao, which have no stop, at a space once a piece is long enough.

A piece of more than 2,000 characters is no sentence but a transcript, a list of names or a dump. It is
cut at line breaks, else at commas and the like, else at spaces, so that it can be kept in part.

Which splitters this one was measured against, and why it is the default: ``docs/results/splitters.md``.
"""

import re
from collections.abc import Iterator

from excerpt.compressors.units.abbreviations import STARTERS
from excerpt.compressors.units.blocks import Block, split_blocks
from excerpt.compressors.units.full_stops import TAG, WORD_AFTER, Stop, ends_sentence, html_tags
from excerpt.values.spans import Span

__all__ = ["RULES_VERSION", "split_sentences"]

RULES_VERSION = 2
"""Raise it with every change of where sentences end, word lists included; stored ones of another
number are not used (tests/golden)."""

_CLING = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u0300-\u036f\u20d0-\u20ff"
_CLOSERS = "\"'”’»›)\\]}」』】〉》〕〗）］｝｣＂＇*_`" + _CLING
# Stops that are nothing but stops, from Unicode's Sentence_Terminal without the Latin ones.
_STRONG_NEAR = (
    "。！？．｡︒﹒﹖﹗‼⁇⁈⁉؟۔؝؞܀܁܂।॥։።፧፨။၊។៕᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᭽᭾᭿᰻᰼᱾᱿⸼꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱ꫯ།༎߹࠷࠹࠽࠾᙮᜵᜶‽⸮⳹⳺⳻︕︖"
)
_STRONG = (
    _STRONG_NEAR
    + "\U00010f55-\U00010f59\U00011047\U00011048\U000110be-\U000110c1\U00011141-\U00011143\U000111c5\U000111c6"
    "\U000111cd\U000111de\U000111df\U00011238\U00011239\U0001123b\U0001123c\U000112a9\U0001144b\U0001144c"
    "\U000115c2\U000115c3\U00011641\U00011642\U0001173c-\U0001173e\U00011944\U00011c41\U00011c42\U00016a6e"
    "\U00016a6f\U00016af5\U00016b37\U00016b38\U0001da88"
)
_THAI = "\u0e01-\u0e4f\u0e5a-\u0ecf\u0eda-\u0eff"  # Thai and Lao but their digits
_CODE = r"(?P<code>(?P<ticks>`{1,3})(?!`)[^`\n]{1,200}(?P=ticks))"
_INLINE = (
    rf"</(?:{html_tags('a abbr b big cite code del em font i ins mark q s small span strong sub sup u')})\s?>"
)
_BLOCK = html_tags(
    "address article blockquote caption dd div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header li"
    " main nav ol option p pre section summary table title tr ul"
)
_BORDER = rf"(?:</(?:{_BLOCK})\s?>|<(?:{html_tags('br hr')})\s?/?>)"
_TAGS = rf"(?P<border>{_BORDER}(?:\s{{0,8}}{_BORDER})*)|(?P<tag>{TAG})|"
_WEAK = (
    # One mark first: an engine skips to it, and does not to a repeat.
    rf"(?P<weak>[.!?…‥][.!?…‥]*)[{_CLOSERS}]*(?:{_INLINE}|\[[\w, –-]{{1,24}}\])*(?:[ \u00a0\u202f][»›](?=[\s,.;:!?]))?"
)
_STOPS = (
    rf"{_CODE}|(?P<strong>[{_STRONG}][{_STRONG}!?…]*)[{_CLOSERS}]*(?:{_INLINE})*"
    rf"|{_WEAK}"
    r"|(?P<greek>(?<=[\u0370-\u03ff\u1f00-\u1fff]);)"
    rf"|(?P<thai>[{_THAI}][ \u00a0]+)(?=[{_THAI}])"
)
_STOP = re.compile(_STOPS)
_WEAK_STOP = re.compile(_WEAK)  # four times as fast, where no other is
# Where another may be. All characters beyond the first plane count: single ones of these make a class slow.
_OTHER = re.compile(rf"[`{_STRONG_NEAR}{_THAI}\u0370-\u03ff\u1f00-\u1fff\U00010000-\U0010ffff]")
_STOP_OR_TAG = re.compile(_TAGS + _STOPS)  # slower by half, so only where there is a tag
_AT_BORDER = re.compile(rf"\s{{0,40}}{_BORDER}")
_OPENING = re.compile(rf"<(?:{_BLOCK})[\s>/]")
_EMOJI = re.compile(r"[ \u00A0]?[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+(?=\s)")
_GREEK = re.compile(r"\s+[\u0370-\u03ff\u1f00-\u1fff]")
_SAYS = re.compile(r"[\u4e00-\u9fff]{0,5}(?:说|說|问|問|道|喊|叫|答|想)[着著道了]?[。，,]")  # “……！”她喊道。
_WEAKER = re.compile(r"\n|[,;:](?=\s)|[、，；：](?=\w)")
_SPACE = re.compile(r"\s")
_VISIBLE = re.compile(r"\S")
_WORD_CHARACTER = re.compile(r"\w")
_THAI_PIECE = 40  # characters after which a space ends a piece of Thai or Lao
_LONGEST = 2_000  # characters; longer prose without a stop is cut at the weaker marks it has


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
    read, words = block.body, False  # up to where it is known whether the piece has a word outside of tags
    tagged = text.find("<", block.body, block.end) >= 0
    stops = _STOP_OR_TAG if tagged else _STOP if _OTHER.search(text, block.body, block.end) else _WEAK_STOP
    for match in stops.finditer(text, block.body, block.end):
        cut = match.end()
        if cut >= block.end:
            break
        kind = match.lastgroup
        if kind in {"tag", "border"}:
            words = words or _WORD_CHARACTER.search(text, read, match.start()) is not None
            read = cut
            ends = kind == "border" and words
        elif kind == "weak" and text[cut].isspace():
            if lower is None:
                lower = not any(map(str.isupper, text[block.start : block.end]))
            ends = ends_sentence(Stop(text, match, piece, (block.start, block.end)), lower_case=lower)
        elif kind == "thai":
            cut = match.start() + 1
            ends = cut - piece >= _THAI_PIECE
        else:
            ends = _ends_without_space(text, match)
        if ends and not (tagged and kind != "border" and _AT_BORDER.match(text, cut, block.end)):
            emoji = _EMOJI.match(text, cut, block.end)
            piece = emoji.end() if emoji else cut
            read, words = piece, False
            yield piece
    yield block.end


def _is_cjk(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3"


def _ends_without_space(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence ends here although no white space has to follow."""
    last, after = text[match.end() - 1], text[match.end()]
    if match.lastgroup == "strong":
        if last in "．｡۔" and after.isalnum() and text[match.start() - 1].isdigit():
            return False  # "３．１４"
        if last in "」』" and after in "とっ、，,":
            return False  # in Japanese a particle goes on after a quotation
        return not (last in "”’」』" and _SAYS.match(text, match.end()))
    if match.lastgroup != "weak":
        return match.lastgroup == "greek" and after.isspace() and _GREEK.match(text, match.end()) is not None
    if after == "<":
        return _OPENING.match(text, match.end()) is not None
    before = text[match.start() - 2 : match.start()]
    if _is_cjk(after):
        return match["weak"][-1] in "!?" and _is_cjk(before[-1:])
    if after.isupper() and before.isalpha() and before.islower():  # a space was lost: "end.Then it"
        word = WORD_AFTER.match(text, match.end())
        return word is not None and word[1].lower() in STARTERS and text[word.end() : word.end() + 1] == " "
    return False
