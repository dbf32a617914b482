"""SWE-Pruner: the lines of code and of tools' outputs that an agent's goal needs (2601.16746)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.language_model.swe_pruner import swe_pruner_score
from excerpt.protocols import Selection
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from pathlib import Path

    from excerpt.models.tasks.swe_pruner import SwePrunerModel

__all__ = ["SwePruner"]


@dataclass(frozen=True, slots=True)
class _NoSingleGaps:
    """Units that score enough, and one that stands alone between two of them."""

    threshold: float

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,
        scores: NDArray[np.floating],
        room: Room,
    ) -> Selection:
        kept = np.asarray(scores) >= self.threshold
        if room.tokens is None:
            alone = kept[:-2] & ~kept[1:-1] & kept[2:] & (units.passage[:-2] == units.passage[2:])
            kept[1:-1] |= alone
        return kept


class SwePruner(Extractive):
    """Lines that the question, an agent's goal, needs. Without a budget a single line between two kept ones stays too.

    Args:
        model: A checkpoint as published, its folder or hub name; or one that is loaded already.
        threshold: Keep only lines with at least this mean probability; the paper's is 0.5. Under a budget the best of
            them that fit.
        unit: Another splitter.
        selector: Another rule in the place of ``threshold``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found, or is no such checkpoint.
    """

    name = "swe-pruner"

    def __init__(
        self,
        model: "str | Path | SwePrunerModel",
        *,
        threshold: float = 0.5,
        unit: UnitLike = "line",
        selector: SelectorLike | None = None,
    ) -> None:
        check_number(threshold, "swe-pruner: threshold, a probability,", least=0, most=1)
        rule = _NoSingleGaps(threshold) if selector is None else selector
        super().__init__(self.name, unit, swe_pruner_score(model), rule, headroom=None)
