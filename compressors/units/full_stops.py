"""Whether a Latin full stop with white space behind it ends a sentence.

It does not behind an abbreviation, an initial, an ordinal or a part of a date, nor before a lower-case continuation.
Each rule looks at a bounded stretch of text on either side of the stop.
"""

import re

from excerpt.compressors.units.abbreviations import (
    ALWAYS_OPEN,
    BEFORE_NUMBER,
    CAPITALISED,
    LABELS,
    MAY_CLOSE,
    MONTHS,
    NAMES_WITH_STOP,
    ORDINAL_BEFORE,
    SPACED_MAY_CLOSE,
    SPACED_OPEN,
    STARTERS,
    UNITS,
    UNITS_AFTER_NUMBER,
)

__all__ = ["TAG", "WORD_AFTER", "Stop", "ends_sentence", "html_tags"]


def html_tags(names: str) -> str:
    """Names of HTML elements in small or in capital letters, for a pattern."""
    return "|".join(form for name in names.split() for form in (name, name.upper()))


_ELEMENTS = html_tags(
    "a abbr address article aside b big blockquote body br button caption center cite code col dd del details dfn"
    " div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img"
    " input ins kbd label li link main mark meta nav nobr ol option p pre q ref s script section select small span"
    " strike strong style sub summary sup svg table tbody td tfoot th thead time title tr tt u ul var video"
)
TAG = rf"</?(?:{_ELEMENTS})(?:[\s/][^<>]{{0,300}})?>"
WORD_AFTER = re.compile(r"(?:>\s)*(?:[—–-]\s)?[^\w\s]{0,6}(\w[\w'’-]{0,30})")
_BETWEEN = re.compile(rf"(?:\s|{TAG})*")
_WORD_BEFORE = re.compile(r"[^\s(\[{\"“”‘«»—–/>]+$")
_NUMERAL = re.compile(r"\d|[IVXLCDM]+$|[B-HJ-Z]$|[A-Z]\d|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)$")
_DOTTED = re.compile(r"(?:[^\W\d]{1,3}\.)+[^\W\d]{1,3}$")
_NO_VOWEL = re.compile(r"[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][b-df-hj-np-tv-xz]{1,4}$")
_GAP = "[ \u00a0\u202f]?"
# "24. 12. 2023", "12. V. 1931", "2023. 12. 24."; without a year the last stop may end a sentence.
_DATE = re.compile(
    rf"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])\.{_GAP}(?:0?[1-9]|1[0-2]|[IVX]{{1,4}})\.(?:{_GAP}\d{{4}}(?!\d))?"
    rf"|\d{{4}}\.{_GAP}(?:0?[1-9]|1[0-2])\.{_GAP}(?:0?[1-9]|[12]\d|3[01])\.(?:\s?(?=[\uac00-\ud7a3]))?)"
)
_SHORT_PART = re.compile(r"[ \u00a0\u202f]([^\W\d_]{1,4}|J\.-C)\.")
_MORE_MEASURE = re.compile(r"\s*\d+(?:[.,]\d+)?\s?(?:in|min|mins|oz|secs?|s|cm|mm|g|m)\b")
_INDIC = re.compile("[\u0900-\u0dff]")
_DANDA = re.compile("[।॥]")
_BEGINNINGS = SPACED_OPEN | SPACED_MAY_CLOSE
_BEGINNINGS |= {form[: at.start()] for form in _BEGINNINGS for at in re.finditer(r"\.", form)}
_NOT_BEFORE = ",;:)]}%"  # what cannot begin a sentence
_LOOK_BACK = 40  # characters looked at for the words before a stop
_ABBREVIATED = (
    4  # characters of the longest word of Thai or of an Indic script that is taken for an abbreviation
)
_NEAR = 200  # characters on either side in which a danda is looked for
_PART = 5  # characters of the longest part of an abbreviation that is written with spaces
_RUSSIAN = "гвдпмрсчкт"  # "1860 г.", "XIX в.", "и т. д.", "д. 5", "м. Львов"


class Stop:
    """A full stop and what stands around it.

    Args:
        text: The whole text.
        match: The stop, with what clings to it, as the splitter found it.
        piece: Where the sentence began.
        block: Start and end of the block of prose.
    """

    def __init__(self, text: str, match: re.Match[str], piece: int, block: tuple[int, int]) -> None:
        self.text = text
        self.place, self.end = match.start(), match.end()
        self.mark = match["weak"]
        self.block = block
        between = _BETWEEN.match(text, self.end, block[1])
        self.next = min(between.end() if between else self.end, block[1] - 1)
        after = WORD_AFTER.match(text, self.next)
        self.after = after[1] if after else ""
        self.starter = self.after.lower().replace("’", "'") in STARTERS
        words = text[max(piece, self.place - _LOOK_BACK) : self.place]
        preceding = _WORD_BEFORE.search(words)
        self.before = preceding[0] if preceding else ""
        self.earlier = words[: len(words) - len(self.before)].rstrip()

    @property
    def numbered(self) -> bool:
        """Whether a number stands before the word."""
        return self.earlier[-1:].isdigit()

    @property
    def near_danda(self) -> bool:
        """Whether the text has another stop for the ends of its sentences, as Hindi and Bengali do."""
        first, last = self.block
        return (
            _DANDA.search(self.text, max(first, self.place - _NEAR), min(last, self.place + _NEAR))
            is not None
        )

    @property
    def numbered_with_stop(self) -> bool:
        """Whether a number with a stop stands before the word."""
        return self.earlier[-1:] == "." and self.earlier[-2:-1].isdigit()

    @property
    def before_numeral(self) -> bool:
        """Whether a number, a numeral or a single letter follows."""
        return _NUMERAL.match(self.after) is not None

    @property
    def last(self) -> str:
        """The word before the word, in lower case and without a stop."""
        words = self.earlier.rsplit(maxsplit=1)
        return words[-1].lower().rstrip(".") if words else ""


def ends_sentence(stop: Stop, *, lower_case: bool) -> bool:
    """Whether a sentence ends at a stop.

    Args:
        stop: The stop.
        lower_case: The text has no capitals, so a small letter behind the stop says nothing.
    """
    word = stop.after
    if stop.text[stop.next] in _NOT_BEFORE or (not word and stop.text[stop.next] in ".…!?"):
        return False
    if word[:1].islower() and not word[1:2].isupper() and not lower_case:
        return False
    if stop.mark[0] in "!?":
        return stop.starter or stop.before.lower() not in NAMES_WITH_STOP
    if len(stop.mark) > 1 or stop.mark == "…":
        return len(stop.mark) > 3 or word[:2] not in {"I", "I'", "I’"}
    if not stop.before:
        return True
    if _is_marker(stop) or _is_in_date(stop):
        return False
    if stop.before[-1].isdigit():
        return stop.starter or not _is_ordinal(stop)
    spaced = _spaced_ends(stop)
    return _word_ends(stop) if spaced is None else spaced


def _is_marker(stop: Stop) -> bool:
    """Whether the word is the number of an enumeration: "2." or "b." at the start, or after a colon."""
    if stop.earlier and stop.earlier[-1] not in ":;":
        return False
    before = stop.before
    return (before.isdigit() and len(before) <= 3) or (len(before) == 1 and before.isalpha())


def _is_in_date(stop: Stop) -> bool:
    """Whether the stop stands inside a date."""
    if not (stop.before[-1].isdigit() or (stop.numbered_with_stop and not stop.before.strip("IVX"))):
        return False
    first = max(stop.block[0], stop.place - 12)
    return any(
        match.start() <= stop.place < match.end() - 1
        for match in _DATE.finditer(stop.text, first, min(stop.block[1], stop.place + 14))
    )


def _is_ordinal(stop: Stop) -> bool:
    """Whether "3." is "the third", as German, Danish, Czech and others write it."""
    if not stop.before.isdigit() or len(stop.before) > 2:
        return False
    return stop.after.lower() in MONTHS or stop.last in ORDINAL_BEFORE


def _spaced_ends(stop: Stop) -> bool | None:
    """Whether the last part of an abbreviation of several parts ends a sentence; None where it is none."""
    if len(stop.before) > _PART:
        return None
    part = _SHORT_PART.match(stop.text, stop.place + 1)
    if part is None and "." not in stop.earlier and "." not in stop.before:
        return None
    parts = stop.earlier.split()[-3:]
    parts = [*(word for word in parts if len(word) <= _PART), stop.before]
    for first in range(len(parts)):
        if not all(word.endswith(".") for word in parts[first:-1]):
            continue
        form = "".join(parts[first:])
        for cased in (form, form[:1].lower() + form[1:]):
            if part and f"{cased}.{part[1]}" in _BEGINNINGS:
                return False
            if cased in SPACED_OPEN:
                return False
            if cased in SPACED_MAY_CLOSE:
                return stop.starter
    return None


def _word_ends(stop: Stop) -> bool:
    """Whether the stop after a word, rather than a number, ends a sentence."""
    before = stop.before
    bare = before.lower().strip("'’,;:*_")
    if before in UNITS or (before in UNITS_AFTER_NUMBER and stop.numbered):
        return _MORE_MEASURE.match(stop.text, stop.next) is None  # "6 ft. 4 in."
    if not before.isascii():
        by_script = _script_ends(stop)
        if by_script is not None:
            return by_script
    if len(before) == 1 and before.isupper():  # an initial, or a label
        labelled = len(stop.last) > 1 and stop.last in BEFORE_NUMBER and stop.earlier[-1:] == "."
        return stop.starter or stop.last in LABELS or labelled
    if bare in CAPITALISED and before[0].islower():
        return True
    if bare in ALWAYS_OPEN:
        return False
    if bare in BEFORE_NUMBER or bare.endswith("str"):  # "Hauptstr. 5"
        return not stop.before_numeral and (stop.starter or bare not in MAY_CLOSE)
    if bare in MAY_CLOSE or _DOTTED.match(before) or _NO_VOWEL.match(before):
        return stop.starter
    return True


def _script_ends(stop: Stop) -> bool | None:
    """What the script of a word says about the stop behind it; None where it says nothing."""
    before, last = stop.before, stop.before[-1]
    if "\u0e00" <= last <= "\u0eff":  # Thai and Lao have no stop but that of abbreviations
        return len(before) > _ABBREVIATED and "." not in before
    if "\u0600" <= before <= "\u06ff" and len(before) == 1:  # "د. سالم"
        return False
    if len(before) == 1 and before in _RUSSIAN:
        if stop.before_numeral and not stop.numbered:
            return False
        return stop.starter or stop.earlier.endswith((" т.", "I", "V", "X")) or stop.numbered
    if _INDIC.match(last):
        if before in ALWAYS_OPEN or ("." in before and max(map(len, before.split("."))) <= _ABBREVIATED):
            return False
        if len(before) <= _ABBREVIATED and stop.near_danda:
            return False
    return None
