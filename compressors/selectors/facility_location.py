"""Facility location under a budget: units that together are like everything that is worth keeping."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_number
from excerpt.compressors.selectors.redundancy import (
    Similarity,
    candidates,
    likeness,
    relevance,
    similarity_of,
    wants_vectors,
)
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["FacilityLocation", "cover", "covered"]


@dataclass(frozen=True, slots=True)
class FacilityLocation:
    """Chosen units cover the others: the sum over units of their score times the best cosine with a chosen one.

    Lazy greedy by gain per token (Minoux 1978; Lin and Bilmes 2010), then held against the best single unit: at least
    (1 - 1/e) / 2 of what the best choice covers (Khuller et al. 1999). Without a budget, units are taken until
    ``coverage`` of what all of them cover is covered.

    Args:
        coverage: The share that is covered when no budget is in force, above 0 and at most 1.
        rescale: Bring the scores of each question to 0 for the worst and 1 for the best; False takes them as they are,
            and those below 0 as 0.
        similarity: As for `excerpt.compressors.selectors.marginal_gain.MarginalGain`.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    coverage: float = 0.9
    rescale: bool = True
    similarity: Similarity = "auto"

    def __post_init__(self) -> None:
        check_number(self.coverage, "facility-location: coverage", least=1e-9, most=1)
        check_flag(self.rescale, "facility-location: rescale")
        object.__setattr__(self, "similarity", similarity_of(self.similarity, "facility-location"))

    @property
    def compares(self) -> bool:
        """Whether it reads the vectors of the stage's scorer (`excerpt.contracts.SelectorContract`)."""
        return wants_vectors(self.similarity)

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64]:
        """The order in which to buy the units: the chosen ones, then the rest by score."""
        compared, others = candidates(scores)
        worth = np.maximum(relevance(scores, rescale=self.rescale)[compared], 0.0)
        like = likeness(context, units, compared, self.similarity)
        near = np.maximum(np.array([like(index) for index in range(len(compared))]), 0.0)
        costs = np.maximum(room.costs(context, units)[compared], 1)
        budget = int(costs.sum()) if room.tokens is None else room.tokens
        chosen = cover(worth, near, costs, budget)
        if room.tokens is None:
            enough = self.coverage * covered(worth, near, chosen)
            count = next(
                count for count in range(len(chosen) + 1) if covered(worth, near, chosen[:count]) >= enough
            )
            return compared[chosen[: max(count, 1)]]
        rest = np.setdiff1d(np.arange(len(compared)), chosen)
        rest = rest[np.argsort(-worth[rest], kind="stable")]
        return np.concatenate([compared[chosen], compared[rest], others])


def cover(
    worth: NDArray[np.float64], near: NDArray[np.float64], costs: NDArray[np.int64], budget: int
) -> list[int]:
    """Indices of units that cover much within a budget, in the order they were chosen.

    Args:
        worth: What it is worth to cover each unit, 0 or more, ``(m,)``.
        near: How well each unit covers each, 0 or more, ``(m, m)``.
        costs: At least 1 each, ``(m,)``.
        budget: What may be spent.
    """
    chosen: list[int] = []
    reached = np.zeros(len(worth))
    left = budget
    bounds = [(-float(worth @ near[index]) / int(costs[index]), index, 0) for index in range(len(worth))]
    heapq.heapify(bounds)
    while bounds:
        bound, index, known_for = heapq.heappop(bounds)
        if costs[index] > left:  # and will not fit later, as what is left only shrinks
            continue
        if known_for < len(chosen):  # a gain only shrinks: counted anew when it comes to the top
            gain = float(worth @ np.maximum(near[index] - reached, 0.0))
            heapq.heappush(bounds, (-gain / int(costs[index]), index, len(chosen)))
            continue
        if bound >= 0:
            break
        chosen.append(index)
        reached = np.maximum(reached, near[index])
        left -= int(costs[index])
    alone = [index for index in range(len(worth)) if costs[index] <= budget]
    best = max(alone, key=lambda index: covered(worth, near, [index]), default=None)
    if best is not None and covered(worth, near, [best]) > covered(worth, near, chosen):
        return [best]
    return chosen


def covered(worth: NDArray[np.float64], near: NDArray[np.float64], chosen: list[int]) -> float:
    """What chosen units cover."""
    return float(worth @ near[chosen].max(axis=0)) if chosen else 0.0
