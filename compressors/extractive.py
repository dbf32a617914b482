"""A compressor from its three choices: unit, scorer, selector."""

from dataclasses import dataclass

from winnow.compressors.selectors import everything
from winnow.compressors.units import split
from winnow.fit import Room
from winnow.protocols import Scorer, Selector, Splitter
from winnow.types import Context

__all__ = ["Extractive"]


@dataclass(frozen=True, slots=True)
class Extractive:
    """Split into units, score them, select, and fill the budget with the best.

    Most compressors of the literature are one of these with the paper's defaults.

    Args:
        name: What reports call it.
        unit: ``"passage"``, ``"sentence"``, ``"word"``, another registered splitter, or a function.
        scorer: Says how much each unit is worth.
        selector: Says which units may be kept at all; all of them by default.
        headroom: How many times the budget it may leave when other stages follow; None for no limit.
    """

    name: str
    unit: str | Splitter
    scorer: Scorer
    selector: Selector = everything
    headroom: float | None = 1.0

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best units that fit in ``room``."""
        units = split(self.unit, context, room.guards)
        if len(units) == 0:  # nothing but white space is left, which is worth no token
            return context.narrow([()] * len(context.passages))
        scores = self.scorer.score(context, units)
        room.deadline.check()
        return room.fill(context, units, scores, self.selector(units, scores))
