"""More of what ranks first, less of what ranks last: Perception Compressor's dual-slope allocator (2409.19272)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number, check_whole
from excerpt.compressors.selectors.greedy import best_first
from excerpt.errors import ConfigError
from excerpt.protocols import Scorer
from excerpt.registry import SCORERS
from excerpt.run.fit import Room, passage_scores
from excerpt.values.types import Context, Units

__all__ = ["DualSlope", "shares", "slope_offsets"]


@dataclass(frozen=True, slots=True)
class DualSlope:
    """A share of each segment's tokens that falls along the order of an earlier stage; two scores fill it.

    Segment ``i`` of ``n`` keeps the share ``rho = clip(base + d, 0, 1)`` of its tokens, with ``d`` from ``+slope`` for
    the first to ``-slope`` for the last and ``base`` the budget over all tokens. Of that the share ``tau``, which rises
    from ``guided - guided_slope`` to ``guided + guided_slope``, goes to the units of the best scores, and the rest
    to those that ``rest`` scores best. With ``guided = 1`` this is LongLLMLingua's ratio by rank (2310.06839).

    Clipped shares may add up to more than the budget, and a unit is never cut: under a budget the best-scored
    chosen units are bought first, then the others.

    Args:
        slope: How much more the first segment keeps than the mean.
        guided: The mean share that the scores fill; the paper's 0.2 wants a ``rest``.
        guided_slope: How much less of it is the first segment's.
        rest: A scorer, its name or a table with its options: what fills the other part, best first; needed where
            ``guided`` is below 1.
        segment: Tokens of a segment, in the order of passages that an earlier stage gave; 0: a passage is one.
        rate: The share of all tokens that is kept without a budget.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or ``rest`` is missing.
    """

    slope: float = 0.4
    guided: float = 1.0
    guided_slope: float = 0.0
    rest: Scorer | str | Mapping[str, Any] | None = None
    segment: int = 200
    rate: float = 0.5

    def __post_init__(self) -> None:
        for option in ("slope", "guided", "guided_slope", "rate"):
            check_number(getattr(self, option), f"dual-slope: {option}", least=0, most=1)
        check_whole(self.segment, "dual-slope: segment", least=0)
        rest = SCORERS.part(self.rest, "dual-slope: rest")
        if rest is not None and not callable(getattr(rest, "score", None)):
            message = f"dual-slope: rest must be a scorer, its name or a table with `use`, got {rest!r}"
            raise ConfigError(message)
        if rest is None and (self.guided < 1 or self.guided_slope > 0):
            message = (
                "dual-slope: with guided below 1 or a guided_slope, rest must name what scores the other part"
            )
            raise ConfigError(message)
        object.__setattr__(self, "rest", rest)

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64] | NDArray[np.bool_]:
        """The chosen units best first, then the others; without a budget the set of the chosen ones."""
        costs = room.costs(context, units)
        segments = self._segments(context, units, costs)
        base = self.rate if room.tokens is None else min(1.0, room.tokens / max(int(costs.sum()), 1))
        of_rest = scores if self.rest is None else self.rest.score(context, units)  # type: ignore[union-attr]  # a scorer by now
        chosen = np.zeros(len(units), dtype=bool)
        count = int(segments.max(initial=-1)) + 1
        keep, guided = shares(count, base, self.slope, self.guided, self.guided_slope)
        for number in range(count):
            own = np.flatnonzero(segments == number)
            wanted = keep[number] * costs[own].sum()
            first = _bought(own[best_first(scores[own])], costs, wanted * guided[number])
            others = own[~np.isin(own, first)]
            rest = _bought(others[best_first(of_rest[others])], costs, wanted - float(costs[first].sum()))
            chosen[first] = chosen[rest] = True
        if room.tokens is None:
            return chosen
        order = best_first(scores)
        return np.concatenate([order[chosen[order]], order[~chosen[order]]])

    def _segments(self, context: Context, units: Units, costs: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of each unit's segment: 0 for the front of the passage that ranked first, ``(n,)``."""
        of_passage = np.array(passage_scores(context.rankings, len(context.passages)))
        present = np.unique(units.passage)
        ranked = present[np.argsort(-of_passage[present], kind="stable")]
        rank = np.empty(len(context.passages), dtype=np.int64)
        rank[ranked] = np.arange(len(ranked))
        if self.segment == 0:
            return rank[units.passage]
        order = np.argsort(rank[units.passage], kind="stable")
        before = np.empty(len(units), dtype=np.int64)
        before[order] = np.cumsum(costs[order]) - costs[order]
        return np.unique(before // self.segment, return_inverse=True)[1].astype(np.int64)


def slope_offsets(count: int, slope: float) -> NDArray[np.float64]:
    """From ``+slope`` for the first to ``-slope`` for the last, evenly, float64 ``(count,)``; 0 for a single one."""
    return np.linspace(slope, -slope, count) if count > 1 else np.zeros(count)


def shares(
    count: int, base: float, slope: float, guided: float, guided_slope: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each segment keeps, and which part of that the guided scores fill, float64 ``(count,)`` each."""
    keep = np.clip(base + slope_offsets(count, slope), 0, 1)
    return keep, np.clip(guided - slope_offsets(count, guided_slope), 0, 1)


def _bought(order: NDArray[np.int64], costs: NDArray[np.int64], tokens: float) -> NDArray[np.int64]:
    """The units of an order up to so many tokens, rounded to the nearest unit."""
    middle = np.cumsum(costs[order]) - costs[order] / 2
    return order[middle <= tokens] if tokens > 0 else order[:0]
