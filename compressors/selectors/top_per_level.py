"""The best few units of each level of a tree (LingoEDU, 2512.14244)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.compressors.selectors.greedy import best_first
from excerpt.protocols import Selection
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["TopPerLevel", "levels_of"]


@dataclass(frozen=True, slots=True)
class TopPerLevel:
    """The ``k`` best units of each level of each passage's tree, with the units above them.

    The level of a unit is how many parents it has; units of a kind without parents are all on one. A unit is worth what
    the best of those under it is, if that is more: a heading says little by itself. Without a budget these are kept and
    no others. With one they are bought first, best first, then the next ``k`` of each level, and so on, so that a large
    budget is used. A unit brings its parents whatever their own rank.

    Args:
        k: How many a level; the paper's is 3.

    Raises:
        ConfigError: It is no whole number of at least 1.
    """

    k: int = 3

    def __post_init__(self) -> None:
        check_whole(self.k, "top-per-level: k", least=1)

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,
        scores: NDArray[np.floating],
        room: Room,
    ) -> Selection:
        """A set without a budget, an order with one."""
        order = best_first(_best_under(units, scores))
        group = units.passage * (len(units) + 1) + levels_of(units)
        turn = _place_among(group[order]) // self.k
        if room.tokens is None:
            mask = np.zeros(len(units), dtype=bool)
            mask[order[turn == 0]] = True
            return mask
        return order[np.argsort(turn, kind="stable")]


def levels_of(units: Units) -> NDArray[np.int64]:
    """How many units stand above each, int64 ``(n,)``."""
    levels = np.zeros(len(units), dtype=np.int64)
    if units.parent is not None:
        for index, above in enumerate(units.parent.tolist()):  # a parent comes before what it is a parent of
            if above >= 0:
                levels[index] = levels[above] + 1
    return levels


def _best_under(units: Units, scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """The best score of each unit and those under it, ``(n,)``."""
    best = np.array(scores, dtype=np.float64)
    if units.parent is not None:
        for index in range(len(units) - 1, -1, -1):
            above = int(units.parent[index])
            if above >= 0:
                best[above] = max(best[above], best[index])
    return best


def _place_among(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many members of its group stand before each."""
    by_group = np.argsort(groups, kind="stable")
    sorted_groups = groups[by_group]
    first = np.searchsorted(sorted_groups, sorted_groups)
    place = np.empty(len(groups), dtype=np.int64)
    place[by_group] = np.arange(len(groups)) - first
    return place
