"""The words of a text as the evidence ranker compares them: hashed stems, and bits that say how each word looks.

What a text gives is stored in indexes: a change of it needs a new `excerpt.compressors.evidence.signals.RULES_VERSION`.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.units.words import split_words

__all__ = ["BREAK", "CAPITAL", "DIGIT", "STOP", "YEAR", "Terms", "scan_terms"]

CAPITAL, DIGIT, YEAR, STOP, BREAK = 1, 2, 4, 8, 16
"""Bits of a term's look: begins with a capital, holds a digit, is a year, is a function word, begins a new cell (what
stands between it and the word before divides fields: a tab, a comma, a colon, a bracket, two spaces)."""

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_DIVIDES = re.compile(
    r"""[\t\n\r\v\f|,;:="<>(){}\[\]\u2013\u2014\u3000-\u303f\uff01-\uff1f\u060c\u061b]|[ ]{2}"""
)
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")
_REMEMBERED_WORD = 64  # characters of the longest word of which the numbers are remembered


class Terms(NamedTuple):
    """The words of a text as columns.

    Attributes:
        hashes: Uint32 ``(w,)``: CRC-32 of the folded and lightly stemmed word.
        start: Int32 ``(w,)``: the word's first character.
        look: Uint8 ``(w,)``: ``CAPITAL | DIGIT | YEAR | STOP | BREAK``.
    """

    hashes: NDArray[np.uint32]
    start: NDArray[np.int32]
    look: NDArray[np.uint8]


def scan_terms(text: str) -> Terms:
    """The words of a text: runs of letters and digits, joined identifiers taken apart."""
    words = _words(text)
    numbers = [
        _numbers(word) if len(word) <= _REMEMBERED_WORD else _numbers.__wrapped__(word) for _, word in words
    ]
    table = np.array(numbers, dtype=np.int64).reshape(-1, 2)
    look = table[:, 1].astype(np.uint8)
    look[_breaks(text, words)] |= BREAK
    return Terms(table[:, 0].astype(np.uint32), np.array([start for start, _ in words], dtype=np.int32), look)


# The words of a corpus are mostly words that were there before; 65,536 of them take 10 MB.
@lru_cache(maxsize=65_536)
def _numbers(word: str) -> tuple[int, int]:
    """The hash and the look of a word, but for what stands before it."""
    return crc32(_stem(word.casefold()).encode("utf-8", "surrogatepass")), _look(word)


def _breaks(text: str, words: Sequence[tuple[int, str]]) -> list[int]:
    """The numbers of the words that begin a new cell, the first one not counted."""
    starts = [start for start, _ in words]
    found: list[int] = []
    for match in _DIVIDES.finditer(text):
        number = bisect_right(starts, match.start())
        if not 0 < number < len(words) or found[-1:] == [number]:
            continue
        last = starts[number - 1] + len(words[number - 1][1])
        between = text[last : starts[number]]
        # A digit of another script divides nothing inside a word; "1,234" and "20:42" are one value.
        if match.start() < last or (between in {",", ":"} and _inside_number(text, starts[number])):
            continue
        found.append(number)
    return found


def _inside_number(text: str, start: int) -> bool:
    return text[start].isdigit() and text[start - 2 : start - 1].isdigit()


def _words(text: str) -> list[tuple[int, str]]:
    if not text.isascii() and _SPACELESS.search(text):
        pieces = ((start, text[start:end]) for start, end in split_words(text))
        return [(start, piece) for start, piece in pieces if any(map(str.isalnum, piece))]
    if not _HUMP.search(text):
        return [(match.start(), match[0]) for match in _WORD.finditer(text)]
    words: list[tuple[int, str]] = []
    for match in _WORD.finditer(text):
        word, start = match[0], match.start()
        if word.islower() or word.istitle() or word.isupper() or not _HUMP.search(word):
            words.append((start, word))
            continue
        for part in _HUMP.split(word):
            words.append((start, part))
            start += len(part)
    return words


def _look(word: str) -> int:
    digit = any(map(str.isdigit, word))
    look = CAPITAL if word[0].isupper() else 0
    if digit:
        look |= DIGIT | (YEAR if _YEAR.fullmatch(word) else 0)
    return look | (STOP if word.casefold() in STOP_TERMS else 0)


def _stem(word: str) -> str:
    """Harman's S-stemmer and the commonest verb endings; other languages lose at most a final s."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 4 and word.endswith("ed"):
        return word[:-2]
    return word[:-1] if len(word) > 4 and word[-1] == "e" else word
