"""The best units up to a share of all tokens: LLMLingua-2's quantile (2403.12968)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.selectors.greedy import best_first
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["TopShare", "best_share"]

_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class TopShare:
    """The best units up to a share of the tokens of all units, as the reader's tokenizer counts them; at least one.

    Args:
        rate: The share that is kept, above 0 and at most 1.

    Raises:
        ConfigError: It is no such number.
    """

    rate: float = 0.5

    def __post_init__(self) -> None:
        check_number(self.rate, "top-share: rate", least=_SMALLEST, most=1)

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.bool_]:
        """The set of the best."""
        return best_share(scores, room.costs(context, units), self.rate)


def best_share(scores: NDArray[np.floating], costs: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """The best units up to a share of all tokens, rounded to the nearest unit and at least one, bool ``(n,)``.

    Args:
        scores: ``(n,)``; ties go to the earlier unit.
        costs: Tokens of each unit, ``(n,)``.
        share: Above 0, at most 1.
    """
    order = best_first(scores)
    middle = np.cumsum(costs[order]) - costs[order] / 2
    kept = np.zeros(len(scores), dtype=bool)
    kept[order[middle <= share * costs.sum()]] = True
    kept[order[:1]] = True
    return kept
