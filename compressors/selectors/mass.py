"""Units by their share of the softmax over all scores: the rule that a calibrated budget sets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.calibrated.knob import ScoreRule
from excerpt.checks import check_number
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["RelativeMass"]


@dataclass(frozen=True, slots=True)
class RelativeMass:
    """Units whose share of a softmax over the scores, times the number of units, is at least ``threshold``.

    1 is the average unit: a question with one clear answer keeps a sentence, one with many rivals keeps more. The best
    unit always stays. This is what a calibrated budget applies (`excerpt.calibrated.knob`).

    Args:
        threshold: 0 keeps everything.
        temperature: What scores are divided by to be log-odds; None takes them by their spread in each question.

    Raises:
        ConfigError: The threshold is below 0, or the temperature no number above 0.
    """

    threshold: float = 1.0
    temperature: float | None = None

    def __post_init__(self) -> None:
        check_number(self.threshold, "relative-mass: threshold", least=0)
        if self.temperature is not None:
            check_number(self.temperature, "relative-mass: temperature", least=1e-12)

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,
        scores: NDArray[np.floating],
        room: Room,  # noqa: ARG002 - as above
    ) -> NDArray[np.bool_]:
        """The set of units at or above the threshold."""
        rule = ScoreRule(self.threshold, self.temperature)
        return rule.allowed(np.asarray(scores, dtype=np.float64), np.ones(len(units), dtype=bool))
