"""The units of one call beside a question: how often each has each of the question's words, and where it stands."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.compressors.terms.groups import PassageGroups
from excerpt.compressors.terms.rarity import rarity
from excerpt.compressors.terms.scan import STOP, Vocabulary, Words
from excerpt.values.types import Passage, Units

__all__ = ["Candidates", "Cells", "Floats", "weighted"]

Floats = NDArray[np.float32]

_MOST_TERMS = 48  # of a question that is a page long: the words that stand in the fewest places
_LEVELS = 3  # parents above a unit that count as its context


class Cells(NamedTuple):
    """Runs of words that nothing divides: a field of a row, a key, a value, what stands between commas.

    Attributes:
        unit: The unit that each is in, ascending, int64 ``(c,)``.
        size: Its content words; function words that are asked count too, float32 ``(c,)``.
        hits: Those of them that are asked, float32 ``(c,)``.
        worth: Share of the question's terms, by idf, that it has, float32 ``(c,)``.
    """

    unit: NDArray[np.int64]
    size: Floats
    hits: Floats
    worth: Floats


class Candidates(PassageGroups):
    """The candidates of one question.

    Args:
        query: The question.
        passages: Those that ``units.passage`` counts; each has a unit.
        units: The candidates, at least one.
    """

    def __init__(self, query: str, passages: Sequence[Passage], units: Units) -> None:
        super().__init__(units.passage)
        self.query = query
        self.parent = np.full(self.count, -1) if units.parent is None else units.parent
        vocabulary = Vocabulary()
        self.words = vocabulary.scan(units.texts(passages))
        self.titles = vocabulary.scan([passage.title for passage in passages])
        self.question = vocabulary.scan([query])
        self.stems = vocabulary.stems
        self.length = np.maximum(self.words.size, 1).astype(np.float32)

    @cached_property
    def terms(self) -> NDArray[np.int32]:
        """Distinct stems of the question that stand anywhere in the context; function words only if no others do."""
        often = np.bincount(self.words.stem, minlength=self.stems)
        often += np.bincount(self.titles.stem, minlength=self.stems)
        content = (self.question.look & STOP) == 0
        for wanted in (self.question.stem[content], self.question.stem):
            stems = np.array(list(dict.fromkeys(wanted.tolist())), dtype=np.int32)
            stems = stems[often[stems] > 0]
            if len(stems):
                break
        if len(stems) <= _MOST_TERMS:
            return stems
        return stems[np.sort(np.argsort(often[stems], kind="stable")[:_MOST_TERMS])]

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        """Of each stem its number among the question's terms, -1 for others."""
        place = np.full(self.stems, -1)
        place[self.terms] = np.arange(len(self.terms))
        return place

    def _tally(self, words: Words, texts: int) -> Floats:
        place = self._place[words.stem]
        hits = place >= 0
        cell = words.text[hits].astype(np.int64) * len(self.terms) + place[hits]
        counts = np.bincount(cell, minlength=texts * len(self.terms))
        return counts.reshape(texts, len(self.terms)).astype(np.float32)

    @cached_property
    def tf(self) -> Floats:
        """How often each unit has each term, ``(n, terms)``."""
        return self._tally(self.words, self.count)

    @cached_property
    def around_tf(self) -> Floats:
        """The same of the title of its passage and the pieces that it must be read with, ``(n, terms)``."""
        tf: Floats = self.title_tf[self.group]
        above = self.parent
        for _ in range(_LEVELS):
            there = np.flatnonzero(above >= 0)
            if not len(there):
                break
            tf[there] += self.tf[above[there]]
            above = np.where(above >= 0, self.parent[above], -1)
        return tf

    @cached_property
    def title_tf(self) -> Floats:
        """The same of the passages' titles, ``(groups, terms)``."""
        return self._tally(self.titles, self.groups)

    @cached_property
    def passage_tf(self) -> Floats:
        """How often each passage, title included, has each term, ``(groups, terms)``."""
        return self.of_group(self.tf, np.add) + self.title_tf

    @cached_property
    def idf(self) -> Floats:
        """How rare each term is among units, ``(terms,)``."""
        return rarity((self.tf > 0).sum(axis=0), self.count)

    @cached_property
    def passage_idf(self) -> Floats:
        """How rare each term is among passages, ``(terms,)``."""
        return rarity((self.passage_tf > 0).sum(axis=0), self.groups)

    @cached_property
    def stem_units(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every pair of a unit and a stem that it has, once: units ascending, and stems."""
        pairs = np.unique(self.words.text.astype(np.int64) * self.stems + self.words.stem)
        return pairs // self.stems, pairs % self.stems

    @cached_property
    def stem_idf(self) -> Floats:
        """How rare every stem is among units, ``(stems,)``."""
        return rarity(np.bincount(self.stem_units[1], minlength=self.stems), self.count)

    @cached_property
    def fresh(self) -> NDArray[np.bool_]:
        """Whether each word is a content word that the question does not have, ``(w,)``."""
        asked = np.zeros(self.stems, dtype=bool)
        asked[self.question.stem] = True
        fresh: NDArray[np.bool_] = ((self.words.look & STOP) == 0) & ~asked[self.words.stem]
        return fresh

    @cached_property
    def cells(self) -> Cells:
        """All cells of all units."""
        words, terms = self.words, max(len(self.terms), 1)
        first = np.r_[True, np.diff(words.cell) != 0][: len(words.cell)]
        cell = np.cumsum(first) - 1
        count = int(first.sum())
        place = self._place[words.stem]
        known = place >= 0
        content = known | ((words.look & STOP) == 0)
        pairs = np.unique(cell[known] * terms + place[known])
        idf = self.idf if len(self.terms) else np.zeros(1, dtype=np.float32)
        worth = np.bincount(pairs // terms, weights=idf[pairs % terms], minlength=count)
        return Cells(
            words.text[first].astype(np.int64),
            np.bincount(cell, weights=content, minlength=count).astype(np.float32),
            np.bincount(cell, weights=known, minlength=count).astype(np.float32),
            (worth / max(float(idf.sum()), 1e-9)).astype(np.float32),
        )

    def runs(self, length: int) -> Floats:
        """Share, by idf, of the question's runs of so many neighbouring words that each unit has, ``(n,)``."""
        content = (self.question.look & STOP) == 0
        enough = _windows(content, length).sum(axis=1) >= length - 1
        wanted = np.unique(_hashes(self.question.stem, length)[enough])
        own = _hashes(self.words.stem, length)
        text = self.words.text[: len(own)]
        if not len(wanted) or not len(own):
            return np.zeros(self.count, dtype=np.float32)
        place = np.minimum(np.searchsorted(wanted, own), len(wanted) - 1)
        hits = (wanted[place] == own) & (self.words.text[length - 1 :] == text)
        cell = text[hits].astype(np.int64) * len(wanted) + place[hits]
        has = np.bincount(cell, minlength=self.count * len(wanted)).reshape(self.count, -1) > 0
        weight = rarity(has.sum(axis=0), self.count) * has.any(axis=0)
        return weighted(has, weight) / np.float32(max(float(weight.sum()), 1e-9))

    def count_words(self, mask: NDArray[np.bool_]) -> Floats:
        """How many of the marked words each unit has, ``(n,)``."""
        return np.bincount(self.words.text[mask], minlength=self.count).astype(np.float32)


def weighted(rows: NDArray[np.generic], weights: Floats) -> Floats:
    """Sum of each row's values times the columns' weights, ``(n,)``.

    Not as a matrix product, whose rounding depends on the library and on how many rows there are.
    """
    sums: Floats = np.einsum("ij,j->i", rows.astype(np.float32), weights, optimize=False)
    return sums


def _hashes(stems: NDArray[np.int32], length: int) -> NDArray[np.int64]:
    """One number for every run of so many neighbours."""
    runs = _windows(stems.astype(np.int64), length)
    value = np.zeros(len(runs), dtype=np.int64)
    for column in runs.T:
        value = value * 1_000_003 + column
    return value


def _windows(values: NDArray[np.generic], length: int) -> NDArray[np.generic]:
    if len(values) < length:
        return values[:0].reshape(0, length)
    return np.lib.stride_tricks.sliding_window_view(values, length)
