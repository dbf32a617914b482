"""Whole passages first, then pieces of those: what LongLLMLingua, Perception Compressor and LongCodeZip share."""

from dataclasses import replace

import numpy as np

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.reading import read
from excerpt.compressors.units.splitting import split
from excerpt.run.fit import Limit, Room
from excerpt.values.types import Context, Ranking

__all__ = ["CoarseToFine"]

_SMALLEST = 1e-9


class CoarseToFine(Extractive):
    """Rank large units and keep the best up to the budget and a little more; then choose among their small units.

    The large unit that goes over is kept too, as in LLMLingua's code. The ranking of the large units stays in the
    context: selectors such as ``dual-slope`` read it, and a layout may order passages by it.

    Args:
        name: What reports call it.
        coarse: A compressor whose unit and scorer rank the large units; its selector is not asked.
        unit: The small units.
        scorer: What they are worth.
        selector: Which are bought.
        slack: Tokens that the large units may have over the budget.
        rate: The share of all tokens that is kept where there is no budget.

    Raises:
        ConfigError: As `Extractive`, or a number is out of range.
    """

    def __init__(  # noqa: PLR0913 - each a setting of its own, by keyword
        self,
        name: str,
        coarse: Extractive,
        *,
        unit: UnitLike,
        scorer: ScorerLike,
        selector: SelectorLike | None,
        slack: float,
        rate: float,
    ) -> None:
        check_number(slack, f"{name}: slack", least=0)
        check_number(rate, f"{name}: rate", least=_SMALLEST, most=1)
        super().__init__(name, unit, scorer, selector)
        self.coarse = coarse
        self.slack = slack
        self.rate = rate

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best small units of the best large ones."""
        units = split(self.coarse.unit, context, room.guards)
        if len(units) == 0:  # nothing but white space is left
            return context.narrow([()] * len(context.passages))
        costs = room.costs(context, units)
        if room.limit is None:
            room = replace(room, limit=Limit(max(1, round(self.rate * int(costs.sum())))))
        limit = room.tokens or 0
        known = read(self.coarse.scorer, context, units)
        scores = room.checked_scores(known.scores, units)
        room.deadline.check()
        order = np.argsort(-scores, kind="stable")
        before = np.cumsum(costs[order]) - costs[order]
        kept = np.zeros(len(units), dtype=bool)
        kept[order[before <= limit + self.slack]] = True
        kept = units.with_parents(kept)
        ranking = Ranking(room.stage, units, scores, np.ones(len(units), dtype=bool), kept)
        narrowed = context.narrow(units.spans(kept, len(context.passages)), ranking)
        filled = super().compress(narrowed, room)
        return filled.noted(known.note) if known.note else filled
