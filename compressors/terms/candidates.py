"""The units of one call beside a question: how often each has each of the question's words, and where it stands."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.terms.scan import DIGIT, STOP, Vocabulary, Words
from excerpt.values.types import Passage, Units

__all__ = ["Candidates", "Floats", "rarity"]

Floats = NDArray[np.float32]

_MOST_TERMS = 48  # of a question that is a page long the words that fewest units have


class Candidates:
    """The candidates of one question.

    Args:
        query: The question.
        passages: Those that ``units.passage`` counts; each has a unit.
        units: The candidates, at least one.
        parent: Number of the unit that must be read with each, such as a table's header; -1 for none, ``(n,)``.
    """

    def __init__(
        self, query: str, passages: Sequence[Passage], units: Units, parent: NDArray[np.int64]
    ) -> None:
        self.query = query
        self.count, self.groups = len(units), len(passages)
        self.group = units.passage
        self.group_start = np.searchsorted(units.passage, np.arange(self.groups))
        self.group_size = np.bincount(units.passage, minlength=self.groups)
        self.parent = parent
        self.texts = units.texts(passages)
        self._vocabulary = Vocabulary()
        self.words = self._vocabulary.scan(self.texts)
        self.titles = self._vocabulary.scan([passage.title for passage in passages])
        self.question = self._vocabulary.scan([query])
        self.length = np.maximum(self.words.count, 1).astype(np.float32)

    @cached_property
    def terms(self) -> NDArray[np.int32]:
        """Distinct stems of the question that stand anywhere in the context, function words aside if others do."""
        there = np.zeros(self._vocabulary.stems, dtype=bool)
        there[self.words.stem] = True
        there[self.titles.stem] = True
        for wanted in ((self.question.look & STOP) == 0, np.ones(len(self.question.stem), dtype=bool)):
            stems = np.array(list(dict.fromkeys(self.question.stem[wanted].tolist())), dtype=np.int32)
            stems = stems[there[stems]]
            if len(stems):
                break
        if len(stems) <= _MOST_TERMS:
            return stems
        often = np.bincount(self.words.stem, minlength=self._vocabulary.stems)[stems]
        return stems[np.sort(np.argsort(often, kind="stable")[:_MOST_TERMS])]

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        """Of each stem its number among the question's terms, -1 for others."""
        place = np.full(self._vocabulary.stems, -1)
        place[self.terms] = np.arange(len(self.terms))
        return place

    def _tally(self, words: Words, texts: int) -> Floats:
        place = self._place[words.stem]
        hits = place >= 0
        cell = words.text[hits].astype(np.int64) * len(self.terms) + place[hits]
        return np.bincount(cell, minlength=texts * len(self.terms)).reshape(texts, -1).astype(np.float32)

    @cached_property
    def tf(self) -> Floats:
        """How often each unit has each term, ``(n, terms)``."""
        return self._tally(self.words, self.count)

    @cached_property
    def context_tf(self) -> Floats:
        """The same of the piece that a unit must be read with, and of that piece's own, ``(n, terms)``."""
        tf = np.zeros_like(self.tf)
        above = self.parent
        for _ in range(3):
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
    def idf(self) -> Floats:
        """How rare each term is among units, ``(terms,)``."""
        return rarity((self.tf > 0).sum(axis=0), self.count)

    @cached_property
    def passage_tf(self) -> Floats:
        """How often each passage has each term, its title aside, ``(groups, terms)``."""
        return self.of_group(self.tf, np.add)

    @cached_property
    def passage_idf(self) -> Floats:
        """How rare each term is among passages, ``(terms,)``."""
        return rarity((self.passage_tf + self.title_tf > 0).sum(axis=0), self.groups)

    @cached_property
    def root_cover(self) -> Floats:
        """Share, by idf, of the question's terms whose root each unit has, ``(n,)``."""
        # The roots of terms; of a stem with several the last counts, which is the same root.
        wanted = np.isin(self.question.stem, self.terms)
        roots, first = np.unique(self.question.root[wanted], return_index=True)
        if not len(roots):
            return np.zeros(self.count, dtype=np.float32)
        place = np.full(self._vocabulary.roots, -1)
        place[roots] = np.arange(len(roots))
        at = place[self.words.root]
        hits = at >= 0
        cell = self.words.text[hits].astype(np.int64) * len(roots) + at[hits]
        has = np.bincount(cell, minlength=self.count * len(roots)).reshape(self.count, -1) > 0
        weight = rarity(has.sum(axis=0), self.count)
        return (has * weight).sum(axis=1) / max(float(weight.sum()), 1e-9)

    def runs(self, length: int) -> Floats:
        """Share of the question's runs of so many neighbouring words that each unit has, ``(n,)``."""
        stems, look = self.question.stem, self.question.look
        if len(stems) < length:
            return np.zeros(self.count, dtype=np.float32)
        content = ((look & STOP) == 0).astype(np.int64)
        enough = np.convolve(content, np.ones(length, dtype=np.int64), "valid") >= (1 if length == 2 else 2)
        wanted = np.unique(self._hashes(stems, length)[enough])
        place = self._hashes(self.words.stem, length)
        inside = self.words.text[length - 1 :] == self.words.text[: len(place)]
        at = np.minimum(np.searchsorted(wanted, place), max(len(wanted) - 1, 0))
        hits = inside & (wanted[at] == place) if len(wanted) else np.zeros(len(place), dtype=bool)
        there = np.unique(at[hits])
        if not len(there):
            return np.zeros(self.count, dtype=np.float32)
        cell = self.words.text[: len(place)][hits].astype(np.int64) * len(there) + np.searchsorted(there, at[hits])
        has = np.bincount(cell, minlength=self.count * len(there)).reshape(self.count, -1) > 0
        weight = rarity(has.sum(axis=0), self.count)
        return ((has * weight).sum(axis=1) / max(float(weight.sum()), 1e-9)).astype(np.float32)

    def _hashes(self, stems: NDArray[np.int32], length: int) -> NDArray[np.int64]:
        wide = stems.astype(np.int64)
        size = max(len(wide) - length + 1, 0)
        value = np.zeros(size, dtype=np.int64)
        for step in range(length):
            value = value * 1_000_003 + wide[step : step + size]
        return value

    @cached_property
    def asked_numbers(self) -> Floats:
        """Whether each term has a digit, ``(terms,)``."""
        numbers = self.question.stem[(self.question.look & DIGIT) > 0]
        return np.isin(self.terms, numbers).astype(np.float32)

    @cached_property
    def is_asked(self) -> NDArray[np.bool_]:
        """Whether each word's stem is in the question, ``(w,)``."""
        return np.isin(self.words.stem, self.question.stem)

    @cached_property
    def stem_idf(self) -> Floats:
        """How rare every stem is among units, ``(stems,)``."""
        pairs = np.unique(self.words.text.astype(np.int64) * self._vocabulary.stems + self.words.stem)
        df = np.bincount(pairs % self._vocabulary.stems, minlength=self._vocabulary.stems)
        return rarity(df, self.count)

    def count_words(self, mask: NDArray[np.bool_]) -> Floats:
        """How many of the marked words each unit has, ``(n,)``."""
        return np.bincount(self.words.text[mask], minlength=self.count).astype(np.float32)

    @cached_property
    def cells(self) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """Of every cell its unit, its content words, how many of them are asked, and their share of the question's idf."""
        words, terms = self.words, max(len(self.terms), 1)
        cell = np.unique(words.cell, return_inverse=True)[1] if len(words.cell) else np.zeros(0, dtype=np.int64)
        count = int(cell[-1]) + 1 if len(cell) else 0
        unit = np.zeros(count, dtype=np.int64)
        unit[cell] = words.text
        place = self._place[words.stem]
        known = place >= 0
        content = known | ((words.look & STOP) == 0)
        pairs = np.unique(cell[known] * terms + place[known])
        idf = self.idf if len(self.idf) else np.zeros(1, dtype=np.float32)
        worth = np.bincount(pairs // terms, weights=idf[pairs % terms], minlength=count)
        return (
            unit,
            np.bincount(cell, weights=content, minlength=count).astype(np.float32),
            np.bincount(cell, weights=known, minlength=count).astype(np.float32),
            (worth / max(float(self.idf.sum()), 1e-9)).astype(np.float32),
        )

    def highest(self, values: Floats) -> Floats:
        """The highest of a cell's values in each unit, ``(n,)``; 0 without a cell."""
        best = np.zeros(self.count, dtype=np.float32)
        unit = self.cells[0]
        if len(unit):
            first = np.flatnonzero(np.r_[True, np.diff(unit) != 0])
            best[unit[first]] = np.maximum.reduceat(values, first)
        return best

    def of_group(self, values: Floats, how: np.ufunc) -> Floats:
        """One number for each passage, from those of its candidates (or rows of them)."""
        reduced: Floats = how.reduceat(values, self.group_start, axis=0)
        return reduced

    def neighbour(self, values: Floats, step: int) -> Floats:
        """The value of the candidate ``step`` places on in the same passage; 0 where there is none."""
        at = np.arange(self.count) + step
        there = (at >= 0) & (at < self.count)
        there[there] = self.group[at[there]] == self.group[there]
        shifted = np.zeros_like(values)
        shifted[there] = values[at[there]]
        return shifted


def rarity(df: NDArray[np.generic], count: int) -> Floats:
    """Inverse document frequency in BM25's form, never negative.

    Args:
        df: How many of the texts have each term.
        count: How many texts there are.
    """
    known = df.astype(np.float32)
    weights: Floats = np.log1p((count - known + 0.5) / (known + 0.5)).astype(np.float32)
    return weights
