"""What candidates must be read with: a row with its table's header, a setting with its key path.

Parents are records of the passage (`excerpt.compressors.units.structure`) that stand before what is read with them;
they may themselves have parents. All is done on arrays, whatever the number of candidates.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.signals import PassageSignals

__all__ = ["Bounds", "Parents", "Spans", "find_parents"]

_DEPTH = 8
"""Parents above a candidate that are read with it, at most."""


class Bounds(NamedTuple):
    """Which rows of a column belong to each of some pieces, in order and without overlaps.

    Attributes:
        first: Int64 ``(n,)``: the first row of each, ascending.
        last: Int64 ``(n,)``: one past the last.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many rows each has, ``(n,)``."""
        return self.last - self.first

    def counts(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of its rows are chosen, ``(n, ...)``.

        Args:
            chosen: Of all rows, ``(rows, ...)``.
        """
        through = np.zeros((len(chosen) + 1, *chosen.shape[1:]), dtype=np.int64)
        np.cumsum(chosen, axis=0, out=through[1:])
        return through[self.last] - through[self.first]

    def owners(self, rows: int) -> NDArray[np.int64]:
        """The piece of each of so many rows, -1 for none, int64 ``(rows,)``."""
        count = len(self.first)
        sizes = np.empty(2 * count + 1, dtype=np.int64)  # the rows before each piece, and its own
        sizes[0:-1:2] = self.first
        sizes[2:-1:2] -= self.last[:-1]
        sizes[1::2] = self.sizes
        sizes[-1] = rows - (self.last[-1] if count else 0)
        pieces = np.full(2 * count + 1, -1)
        pieces[1::2] = np.arange(count)
        return np.repeat(pieces, sizes)

    def highest(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The highest of each column among each piece's rows, 0 for a piece without any, ``(n, q)``."""
        best = np.zeros((len(self.first), values.shape[1]), dtype=np.float32)
        there = np.flatnonzero(self.last > self.first)
        if len(there) and values.shape[1]:
            first, last = self.first[there], self.last[there]
            # Pairs (first, last) as borders; every second maximum is that of a piece.
            borders = np.stack([first, last], axis=1).ravel()[:-1]
            best[there] = np.maximum.reduceat(values[: last[-1]], borders, axis=0)[::2]
        return best


class Spans(NamedTuple):
    """Pieces of several passages, in order and without overlaps; places are ``(passage << 32) + character``.

    Attributes:
        start: Int64 ``(n,)``: the first place of each, ascending.
        end: Int64 ``(n,)``: the place behind the last.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]

    @classmethod
    def of(cls, group: NDArray[np.integer], start: NDArray[np.integer], end: NDArray[np.integer]) -> Self:
        """From passages and characters, ``(n,)`` each."""
        base = group.astype(np.int64) << 32
        return cls(base + start, base + end)

    def holding(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The piece that each place is in, -1 for none, int64 ``(len(places),)``."""
        if not len(self.start):
            return np.full(len(places), -1)
        piece = np.searchsorted(self.start, places, side="right") - 1
        return np.where((piece >= 0) & (places < self.end[piece]), piece, -1)

    def bounds(self, places: NDArray[np.int64]) -> Bounds:
        """Which of some places are in each piece.

        Args:
            places: Ascending.
        """
        return Bounds(np.searchsorted(places, self.start), np.searchsorted(places, self.end))


class Parents(NamedTuple):
    """What candidates are read with.

    Attributes:
        spans: The records that are a parent of a candidate, or of such a parent: ``p`` of them.
        above: Int64 ``(p,)``: the parent of each of these, -1 for none.
        of: Int64 ``(n,)``: the parent of each candidate, -1 for none.
    """

    spans: Spans
    above: NDArray[np.int64]
    of: NDArray[np.int64]

    def with_above(self, values: NDArray[np.float32], how: np.ufunc) -> NDArray[np.float32]:
        """The values ``(p, ...)`` of each parent, put together with those of all above it."""
        total, current = values.copy(), self.above.copy()
        for _ in range(_DEPTH):
            there = current >= 0
            if not there.any():
                break
            total[there] = how(total[there], values[current[there]])
            current[there] = self.above[current[there]]
        return total

    def joined(
        self, own: NDArray[np.float32], values: NDArray[np.float32], how: np.ufunc
    ) -> NDArray[np.float32]:
        """The candidates' own values ``(n, ...)``, put together with those of their parents ``(p, ...)``."""
        there = self.of >= 0
        if not there.any():
            return own
        total = own.copy()
        total[there] = how(own[there], values[self.of[there]])
        return total

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The values ``(p,)`` of each candidate's parent, 0 for none, ``(n,)``."""
        found = np.zeros(len(self.of), dtype=np.float32)
        there = self.of >= 0
        found[there] = values[self.of[there]]
        return found


def find_parents(signals: Sequence[PassageSignals], candidates: Spans) -> Parents:
    """The parents of candidates, each of which begins in a record of its passage.

    Args:
        signals: Of each passage that has candidates, in order.
        candidates: Their characters.
    """
    parent = np.concatenate([one.parent for one in signals]).astype(np.int64)
    if (parent < 0).all():  # prose
        nobody = np.zeros(0, dtype=np.int64)
        return Parents(Spans(nobody, nobody), nobody, np.full(len(candidates.start), -1))
    sizes = [len(one.records) for one in signals]
    group = np.repeat(np.arange(len(signals)), sizes)
    spans = np.concatenate([one.records for one in signals]).astype(np.int64)
    base = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    up = np.where(parent >= 0, parent + base, -1)
    records = Spans.of(group, spans[:, 0], spans[:, 1])
    own = records.holding(candidates.start)
    of = _up(up, own)
    for _ in range(_DEPTH):  # a candidate that several records were joined to may hold its own parent
        held = (of >= 0) & (records.start[of] >= candidates.start)
        if not held.any():
            break
        of[held] = _up(up, of[held])
    wanted = np.zeros(len(up), dtype=bool)
    current = np.unique(of[of >= 0])
    for _ in range(_DEPTH):
        wanted[current] = True
        current = np.unique(_up(up, current))
        current = current[current >= 0]
    chosen = np.flatnonzero(wanted)
    place = np.full(len(up) + 1, -1)
    place[chosen] = np.arange(len(chosen))
    return Parents(Spans(records.start[chosen], records.end[chosen]), place[up[chosen]], place[of])


def _up(up: NDArray[np.int64], records: NDArray[np.int64]) -> NDArray[np.int64]:
    """The parent of each record, -1 for none and for -1."""
    return np.where(records >= 0, up[records], -1)
