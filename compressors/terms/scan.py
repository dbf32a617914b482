"""The words of many texts as columns, with the stems by which they are compared.

Python looks at each distinct word once; what is done for every word of a text is done in arrays. Of what it saw of a
word some is kept between calls, as long as there is room for it.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.terms.stems import stem

__all__ = ["CAPITAL", "DIGIT", "STOP", "YEAR", "Vocabulary", "Words"]

CAPITAL, DIGIT, YEAR, STOP = 1, 2, 4, 8
"""Bits of a word's look: begins with a capital, holds a digit, is a year, is a function word."""

# Words, and what divides the fields of a row, a key from its value, or one clause from the next.
_ASCII_WORD = re.compile(
    r"""[0-9A-Za-z]++(?:(?<=[0-9])[,:](?=[0-9])[0-9A-Za-z]++)*+|[\t\n|,;:="<>(){}\[\]]|[ ]{2}"""
)
# Marks are no word characters for Python, and cut words of Indic scripts at every vowel sign.
_WORD_WITH_MARKS = regex.compile(
    r"""[\p{L}\p{N}][\p{L}\p{N}\p{M}\u200c\u200d]*|[ ]{2}|"""
    r"""[\t\n|,;:="<>(){}\[\]\u2013\u2014\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\u060c\u061b]"""
)
_DIVIDED = re.compile("[,:]")  # inside a number or a time
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPACELESS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003134f]+"
)
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")

Ints = NDArray[np.int32]


class Words(NamedTuple):
    """The words of some texts, one text after the other.

    Attributes:
        stem: Number of each word's stem, int32 ``(w,)``.
        look: ``CAPITAL | DIGIT | YEAR | STOP``, uint8 ``(w,)``.
        text: Number of the text it stands in, ascending, int32 ``(w,)``.
        cell: Number of the cell it stands in, ascending, int32 ``(w,)``: words that nothing divides, such as a field of
            a row, a key, a value, what stands between commas.
        size: Words of each text, int32 ``(texts,)``.
    """

    stem: Ints
    look: NDArray[np.uint8]
    text: Ints
    cell: Ints
    size: Ints


class Vocabulary:
    """The words of one call by number."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        # Of each known word where its parts begin and how many there are; of each part what it is.
        self._first: list[int] = []
        self._parts: list[int] = []
        self._stem: list[int] = []
        self._look: list[int] = []

    @property
    def stems(self) -> int:
        """How many stems there are so far."""
        return len(self._stems)

    def scan(self, texts: Sequence[str]) -> Words:
        """The words of each text: runs of letters and digits; joined identifiers taken apart.

        Scripts that are written without spaces give every two neighbouring characters as a word; so does Korean, where
        particles are joined to the word before them.
        """
        found = [_find(text) for text in texts]
        self._add(found)
        counts = np.fromiter(map(len, found), np.int64, len(found))
        total = int(counts.sum())
        known = np.fromiter(map(self._known.__getitem__, chain.from_iterable(found)), np.int64, total)
        parts = np.array(self._parts, np.int64)[known]
        source = np.repeat(np.arange(len(texts), dtype=np.int32), counts)
        text = np.repeat(source, parts)
        cell = np.repeat(np.cumsum(parts == 0) + source, parts).astype(np.int32)
        part = _ranges(np.array(self._first, np.int64)[known], parts)
        return Words(
            np.array(self._stem, np.int32)[part],
            np.array(self._look, np.uint8)[part],
            text,
            cell,
            np.bincount(text, minlength=len(texts)).astype(np.int32),
        )

    def _add(self, found: Sequence[Sequence[str]]) -> None:
        known, stems = self._known, self._stems
        words = [word for word in dict.fromkeys(chain.from_iterable(found)) if word not in known]
        read = list(map(_read, words))
        sizes = list(map(len, read))
        known.update(zip(words, range(len(known), len(known) + len(words)), strict=True))
        self._first += list(accumulate(sizes, initial=len(self._stem)))[:-1]
        self._parts += sizes
        self._stem += [stems.setdefault(own, len(stems)) for parts in read for own, _ in parts]
        self._look += [look for parts in read for _, look in parts]


def _find(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORD.findall(text)
    found: list[str] = _WORD_WITH_MARKS.findall(text)
    return found


@lru_cache(maxsize=1 << 16)
def _read(word: str) -> tuple[tuple[str, int], ...]:
    """The stem and the look of each part of a word."""
    if word.isascii() and word.isalpha() and (word.islower() or word.istitle() or word.isupper()):  # most
        even = word.lower()
        look = (0 if word.islower() else CAPITAL) | (STOP if even in STOP_TERMS else 0)
        return ((stem(even), look),)
    pairs = [(part, _even(part)) for part in _parts(word)]
    return tuple((stem(even), _look(part, even)) for part, even in pairs)


def _parts(word: str) -> list[str]:
    if not word[0].isalnum():
        return []
    if word.isascii():
        if not word.isalnum():
            return _DIVIDED.split(word)
        if word.islower() or word.isdigit() or word.istitle() or word.isupper():
            return [word]
        return _HUMP.split(word)
    parts: list[str] = []
    last = 0
    for run in _SPACELESS.finditer(word):
        parts += _HUMP.split(word[last : run.start()]) if run.start() > last else []
        parts += [run[0][at : at + 2] for at in range(max(len(run[0]) - 1, 1))]
        last = run.end()
    return parts + ([word[last:]] if last < len(word) else [])


def _even(word: str) -> str:
    """A word without case, width and accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in apart if not "\u0300" <= mark <= "\u036f") or word


def _look(word: str, even: str) -> int:
    look = CAPITAL if word[0].isupper() else 0
    if not word.isalpha() and any(map(str.isdigit, word)):
        look |= DIGIT | (YEAR if _YEAR.fullmatch(word) else 0)
    return look | (STOP if even in STOP_TERMS else 0)


def _ranges(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """``first[0], first[0] + 1, ...``, ``count[0]`` numbers, then those of the next, and so on."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(first - (ends - count), count)
    return numbers
