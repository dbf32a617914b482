"""A better passage gets a higher rate: QGC's window by rank (2406.02376), on text."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.passage_ranks import By, by_scorer, passage_worth
from excerpt.errors import ConfigError
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["RankedRate", "group_rates"]


@dataclass(frozen=True, slots=True)
class RankedRate:
    """Passages are put into groups by rank; each keeps a share of its tokens by its group, its best units first.

    QGC makes one vector of a window of tokens, and the better a document, the smaller its window. Here a passage keeps
    one part in ``window`` of its tokens, all rates times one number so that the budget is spent; what a passage leaves
    goes to the next, and what all leave to the other units, best first. Without a budget the rates hold as they are.

    Args:
        windows: Of the groups, best first, above 0; the paper's by default.
        by: What ranks passages: a scorer, its name or a table; None for an earlier stage, else the order they came in.

    Raises:
        ConfigError: A window is no number above 0, there is none, or ``by`` is no scorer.
    """

    windows: Sequence[float] = (2, 4, 6, 8)
    by: By = None

    def __post_init__(self) -> None:
        given = self.windows
        listed = isinstance(given, Sequence) and not isinstance(given, str) and len(given) > 0
        if not listed or not all(isinstance(one, Real) and 0 < one < np.inf for one in given):
            message = f"ranked-rate: windows must be a list of numbers above 0, got {given!r}"
            raise ConfigError(message)
        object.__setattr__(self, "windows", tuple(given))
        object.__setattr__(self, "by", by_scorer(self.by, "ranked-rate: by"))

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64]:
        """The order in which to buy the units."""
        present, of = np.unique(units.passage, return_inverse=True)
        ranks = best_first(passage_worth(context, present, self.by))  # type: ignore[arg-type]  # made a scorer above
        costs = room.costs(context, units)
        totals = np.bincount(of, costs, minlength=len(present))[ranks]
        shares = totals * group_rates(len(present), self.windows)
        if room.tokens is not None:
            shares *= room.tokens / max(float(shares.sum()), 1e-9)
        order = best_first(scores)
        grouped = order[np.argsort(of[order], kind="stable")]
        members = np.split(grouped, np.cumsum(np.bincount(of, minlength=len(present)))[:-1])
        taken: list[int] = []
        left = 0.0
        for passage, share in zip(ranks.tolist(), shares.tolist(), strict=True):
            left += share
            for index in members[passage].tolist():
                if costs[index] <= left:
                    taken.append(index)
                    left -= float(costs[index])
        if room.tokens is None:
            return np.array(taken or [int(order[0])], dtype=np.int64)
        rest = order[~np.isin(order, taken)]
        return np.concatenate([np.array(taken, dtype=np.int64), rest])


def group_rates(passages: int, windows: Sequence[float]) -> NDArray[np.float64]:
    """The rate of each passage from the best down, float64 ``(passages,)``; groups are as equal as they can be.

    Args:
        passages: How many there are.
        windows: One part in so many is kept, for each group.
    """
    group = np.arange(passages) * len(windows) // max(passages, 1)
    return 1 / np.asarray(windows, dtype=np.float64)[group]
