"""The scalar knob of a calibrated chain that differs from question to question: a threshold on relative mass.

A unit's *relative mass* is its share of a softmax over the scores of its question, times the number of units: 1 is
the average unit. Units at or above the threshold are kept, so that a question with one clear answer keeps a
sentence and one with many rivals keeps more. Choices are nested: a lower threshold keeps a superset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NearBest", "ScoreRule", "relative_mass"]

# For scores of unknown scale: their spread in a question counts for so many units of log-odds. Best, by little, of
# 0.7 to 2.5 on training questions of six sets.
_SPREAD = 1.5


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Keep the units whose relative mass is at least the threshold, and the best one always.

    Args:
        threshold: The knob: 0 keeps everything.
        temperature: What scores are divided by to be log-odds; None where their scale is unknown: then they are
            scaled by their own spread in each question.
    """

    threshold: float
    temperature: float | None = None

    def allowed(self, scores: NDArray[np.float64], eligible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the eligible units may be kept, ``(n,)``.

        Args:
            scores: ``(n,)``, higher is more worth keeping.
            eligible: ``(n,)``, units the stage's own rule allows.
        """
        mass = relative_mass(scores, eligible, self.temperature)
        kept: NDArray[np.bool_] = eligible & (mass >= min(self.threshold, float(mass.max(initial=0.0))))
        return kept


@dataclass(frozen=True, slots=True)
class NearBest:
    """Keep the units that are nearly as sure as the best one.

    Args:
        least: In log-odds against the best unit of the question, 0 or less: at -3 a unit is kept down to a twentieth
            of the best one's odds.
        temperature: As for `ScoreRule`.
    """

    least: float
    temperature: float | None = None

    def allowed(self, scores: NDArray[np.float64], eligible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """As `ScoreRule.allowed`."""
        chosen = scores[eligible]
        if not len(chosen):
            return eligible
        scale = self.temperature if self.temperature is not None else float(chosen.std()) / _SPREAD
        near: NDArray[np.bool_] = eligible & (scores >= chosen.max() + self.least * max(scale, 1e-12))
        return near


def relative_mass(
    scores: NDArray[np.float64], eligible: NDArray[np.bool_], temperature: float | None = None
) -> NDArray[np.float64]:
    """Each eligible unit's share of the softmax over the scores, times their number; 0 for the others, ``(n,)``."""
    mass = np.zeros(len(scores))
    chosen = scores[eligible]
    if len(chosen):
        scale = temperature if temperature is not None else float(chosen.std()) / _SPREAD
        weights = np.exp((chosen - chosen.max()) / max(scale, 1e-12))
        mass[eligible] = weights * (len(chosen) / weights.sum())
    return mass
