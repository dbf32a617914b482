"""Units that score at least so much."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_number
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["AtLeast"]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Units that score at least ``threshold``.

    Args:
        threshold: In the units of the scorer.
        or_best: Keep the best unit where none scores so much; otherwise nothing is kept.

    Raises:
        ConfigError: The threshold is no number, or ``or_best`` neither true nor false.
    """

    threshold: float
    or_best: bool = False

    def __post_init__(self) -> None:
        check_number(self.threshold, "at-least: threshold:")
        check_flag(self.or_best, "at-least: or_best")

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,  # noqa: ARG002 - as above
        scores: NDArray[np.floating],
        room: Room,  # noqa: ARG002 - as above
    ) -> NDArray[np.bool_]:
        """The set of units at or above the threshold."""
        mask = np.asarray(scores) >= self.threshold
        if self.or_best and len(mask) and not mask.any():
            mask[np.argmax(scores)] = True
        return mask
