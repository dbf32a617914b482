"""ECoRAG's reflection: evidence is added until a gate finds it enough (2506.05167), on any parts."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.gates.judging import GateLike, Judge, gate_of
from excerpt.contracts import ScorerContract, with_defaults
from excerpt.protocols import Selection
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["ECoRAG"]


class ECoRAG(Extractive):
    """Keep the best unit, then twice as many, until a gate finds them enough or the budget is full.

    Between the last number of units that was not enough and the first that was, the smallest that is enough is searched
    by halving: of n units a gate is asked about 2 log2(n) times. What it is shown is what would be kept. Where all that
    fits is not enough, all of it is kept, the result says so (``result.sufficient``, and a warning), and
    `excerpt.until_sufficient.compress_until_sufficient` asks a retriever for more.

    Args:
        gate: What says whether it is enough: a gate, its name, a table, or a function; None to stop at the budget only.
        step: How many units come first.
        unit: Another splitter.
        scorer: Another scorer; the paper trains a dual encoder on what helps a reader to answer.
        selector: Another selector, whose order is followed.
        headroom: How many times the budget it may leave to stages that follow.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: A model cannot be found or read.
    """

    name = "ecorag"

    def __init__(
        self,
        gate: GateLike | None = "score-mass",
        *,
        step: int = 1,
        unit: UnitLike = "sentence",
        scorer: ScorerLike = "evidence",
        selector: SelectorLike | None = None,
        headroom: float | None = 1.0,
    ) -> None:
        super().__init__(self.name, unit, scorer, selector, headroom)
        self.gate = gate_of(gate, self.name)
        check_whole(step, f"{self.name}: step", least=1)
        self.step = step

    @property
    def judges(self) -> bool:
        """Whether there is a gate."""
        return self.gate is not None

    def fill(
        self, context: Context, units: Units, scores: NDArray[np.floating], selection: Selection, room: Room
    ) -> Context:
        """Keep so many of the selected units as are enough."""
        if self.gate is None:
            return room.fill(context, units, scores, selection)
        order = selection
        if selection.dtype == bool:
            chosen = np.flatnonzero(selection)
            order = chosen[np.argsort(-np.asarray(scores)[chosen], kind="stable")]
        judge = Judge(self.gate, room, with_defaults(self.scorer, ScorerContract).temperature)
        # A calibrated threshold cuts at the end, as calibration measured it.
        free = replace(room, rule=None)

        def enough(count: int) -> bool:
            return judge.enough(free.fill(context, units, scores, order[:count]))

        count = _least(enough, min(self.step, len(order)), len(order))
        kept = room.fill(context, units, scores, order[: count or len(order)])
        after = f"{int(kept.rankings[-1].kept.sum())} of {len(units)} {units.kind}s"
        return judge.said(kept, sufficient=bool(count) and judge.enough(kept), after=after)


def _least(enough: Callable[[int], bool], step: int, most: int) -> int:
    """The smallest count that is enough, by doubling and halving; 0 where none is."""
    low, high = 0, step
    while high and not enough(high):
        if high == most:
            return 0
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
