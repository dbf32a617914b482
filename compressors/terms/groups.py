"""Candidates grouped by their passages: one number for each group, and values of the candidates beside each."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["PassageGroups", "begins"]

Floats = NDArray[np.float32]


def begins(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where one value follows another, and at the first, ``(n,)``."""
    changes = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


class PassageGroups:
    """Candidates in source order, grouped by passage.

    Args:
        passage: The passage of each candidate, ascending, int64 ``(n,)``.

    Attributes:
        count: How many candidates there are.
        groups: How many passages have any.
        group: The group of each candidate, from 0, int64 ``(n,)``; not the passage's number where one has no candidate.
        group_start: The first candidate of each group, int64 ``(groups,)``.
        group_size: Candidates of each group, int64 ``(groups,)``.
    """

    def __init__(self, passage: NDArray[np.int64]) -> None:
        opens = begins(passage)
        self.count = len(passage)
        self.group_start = np.flatnonzero(opens)
        self.groups = len(self.group_start)
        self.group = np.cumsum(opens) - 1
        self.group_size = np.diff(self.group_start, append=self.count)
        self._beside: dict[int, NDArray[np.bool_]] = {}

    def of_group(self, values: Floats, how: np.ufunc, axis: int = 0) -> Floats:
        """One number for each group, from those of its candidates (or rows of them).

        Args:
            values: Has the candidates on one of its axes.
            how: Makes one of two numbers.
            axis: Which axis that is.
        """
        reduced: Floats = how.reduceat(values, self.group_start, axis=axis)
        return reduced

    def beside(self, step: int) -> NDArray[np.bool_]:
        """Whether the candidate ``step`` places on is there and in the same passage, ``(n,)``."""
        if step not in self._beside:
            here, there = _shift(self.count, step)
            self._beside[step] = np.zeros(self.count, dtype=bool)
            self._beside[step][here] = self.group[here] == self.group[there]
        return self._beside[step]

    def neighbour(self, values: Floats, step: int) -> Floats:
        """The values of the candidate ``step`` places on in the same passage; 0 where there is none.

        Args:
            values: Has the candidates on its last axis.
            step: Not 0.
        """
        here, there = _shift(self.count, step)
        shifted = np.zeros_like(values)
        np.copyto(shifted[..., here], values[..., there], where=self.beside(step)[here])
        return shifted


def _shift(count: int, step: int) -> tuple[slice, slice]:
    """The candidates that have one ``step`` places on, and these."""
    size = max(count - abs(step), 0)
    first, second = slice(0, size), slice(count - size, count)
    return (first, second) if step > 0 else (second, first)
