"""The set of the largest total score that fits: a 0/1 knapsack, solved exactly (LongCodeZip, 2510.00446)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.redundancy import relevance
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Knapsack", "knapsack"]

# Units times tokens: one bit each, and a second of work. Beyond, only the best by score per token are considered.
_CELLS = 200_000_000


@dataclass(frozen=True, slots=True)
class Knapsack:
    """The units whose scores add up to most within the budget; what room is left goes to the others, best first.

    Exact on the units' own token counts; separators and titles are settled by the fit to the budget, which drops the
    worst of the chosen ones first. Without a budget everything is kept.

    Args:
        rescale: Bring the scores of each question to 0 for the worst and 1 for the best, so that they can be added up;
            False takes them as they are, and a unit with a score of 0 or below is never chosen.

    Raises:
        ConfigError: It is neither true nor false.
    """

    rescale: bool = True

    def __post_init__(self) -> None:
        check_flag(self.rescale, "knapsack: rescale")

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64]:
        """The order in which to buy the units: the chosen ones best first, then the rest."""
        order = best_first(scores)
        if room.tokens is None:
            return order
        values = relevance(scores, rescale=self.rescale)
        costs = room.costs(context, units)
        tried = np.flatnonzero((values > 0) & (costs <= room.tokens))
        most = max(1, _CELLS // (room.tokens + 1))
        if len(tried) > most:
            dense = best_first(values[tried] / np.maximum(costs[tried], 1))
            tried = np.sort(tried[dense[:most]])
        chosen = np.zeros(len(units), dtype=bool)
        chosen[tried[knapsack(values[tried], costs[tried].tolist(), room.tokens)]] = True
        return np.concatenate([order[chosen[order]], order[~chosen[order]]])


def knapsack(
    values: Sequence[float] | NDArray[np.floating] | NDArray[np.integer], costs: Sequence[int], capacity: int
) -> list[int]:
    """Indices of the items of the largest total value whose costs fit: exact, by dynamic programming.

    Args:
        values: What each item is worth, 0 or more.
        costs: What each item costs, 0 or more.
        capacity: What may be spent.
    """
    worth = np.asarray(values)
    best = np.zeros(capacity + 1, dtype=worth.dtype if len(worth) else np.int64)
    taken = np.zeros((len(worth), capacity // 8 + 1), dtype=np.uint8)  # a bit for each capacity
    for item, cost in enumerate(costs):
        if cost > capacity:
            continue
        with_item = best[: capacity + 1 - cost] + worth[item]
        better = np.zeros(capacity + 1, dtype=bool)
        better[cost:] = with_item > best[cost:]
        taken[item] = np.packbits(better)
        best[cost:] = np.maximum(best[cost:], with_item)
    chosen: list[int] = []
    left = capacity
    for item in range(len(worth) - 1, -1, -1):
        if taken[item, left // 8] >> (7 - left % 8) & 1:
            chosen.append(item)
            left -= costs[item]
    return chosen[::-1]
