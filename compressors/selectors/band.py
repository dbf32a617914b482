"""A band of ranks, not only the top: the most similar passages may be what distracts (LDAR, 2509.21865)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.selectors.gap import LargestGap
from excerpt.compressors.selectors.greedy import best_first
from excerpt.errors import ConfigError
from excerpt.models.tasks.band_regressor import BandRegressor
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Band"]


@dataclass(frozen=True, slots=True)
class Band:
    """Units whose ranks lie between two quantiles, from a small regression on the scores or as they are given.

    Rank 1 is the quantile 0 and the last rank 1. Without a model and without ``high`` the band ends before the largest
    gap, as `excerpt.compressors.selectors.gap.LargestGap` has it.

    Args:
        model: What ``excerpt train band`` wrote: a folder, its ``band.json``, or a
            `excerpt.models.tasks.band_regressor.BandRegressor`. It belongs to the scorer that it was trained on.
        low: The quantile where the band begins, without a model.
        high: The quantile where it ends, without a model; None for the largest gap.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or both a model and quantiles are given.
        ModelError: The model cannot be found or read.
    """

    model: str | Path | BandRegressor | None = None
    low: float = 0.0
    high: float | None = None

    def __post_init__(self) -> None:
        check_number(self.low, "band: low", least=0, most=1)
        if self.high is not None:
            check_number(self.high, "band: high", least=self.low, most=1)
        if self.model is None or isinstance(self.model, BandRegressor):
            model = self.model
        elif isinstance(self.model, str | Path):
            model = BandRegressor.load(self.model)
        else:
            message = f"band: model must be a folder that `excerpt train band` wrote, got {self.model!r}"
            raise ConfigError(message)
        if model is not None and (self.low or self.high is not None):
            message = "band: give a model, or low and high, not both"
            raise ConfigError(message)
        object.__setattr__(self, "model", model)

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,
        scores: NDArray[np.floating],
        room: Room,  # noqa: ARG002 - as above
    ) -> NDArray[np.bool_]:
        """The set of the units in the band; at least one."""
        last = len(units) - 1
        low, high = self.low, self.high
        if isinstance(self.model, BandRegressor):
            low, high = self.model.predict(scores)
        first = round(last * low)
        end = max(LargestGap().count(scores), first + 1) if high is None else round(last * high) + 1
        mask = np.zeros(len(units), dtype=bool)
        mask[best_first(scores)[first:end]] = True
        return mask
