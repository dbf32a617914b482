"""Whether questions still look like those of the calibration.

Three numbers of the last ranking are watched: the best score, the relative mass of the best unit, and how many
units there are. Two rules:

* One question: a number outside of all that the calibration saw. Among questions like the calibration's this
  happens with a chance of at most 2 / (n + 1) for each number.
* Many questions: the two-sample Kolmogorov-Smirnov distance between them and the calibration, at the 21 quantiles
  that a policy has. A distance that chance would give less than once in a thousand counts as drift. Numbers that
  are often the same, such as counts, get the benefit of the doubt.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from excerpt.budget import Budget
from excerpt.calibrated.knob import relative_mass
from excerpt.values.report import Place, Promise
from excerpt.values.types import Ranking

__all__ = ["QUANTILES", "WATCHED", "Drift", "outside", "places", "watched"]

WATCHED = ("best score", "best mass", "number of units")
"""What is watched."""

QUANTILES = tuple(step / 20 for step in range(21))
"""Which quantiles of each watched number a policy has."""

_SURE = 0.001


def watched(ranking: Ranking) -> dict[str, float]:
    """The watched numbers of one question; empty where it has no units."""
    if not len(ranking.units):
        return {}
    mass = relative_mass(ranking.scores, np.ones(len(ranking.units), dtype=bool))
    numbers = (ranking.scores.max(), mass.max(), len(ranking.units))
    return dict(zip(WATCHED, map(float, numbers), strict=True))


def outside(numbers: Mapping[str, float], usual: Mapping[str, tuple[float, ...]]) -> list[str]:
    """A warning for each number beyond what the calibration saw.

    Args:
        numbers: As `watched` gives them.
        usual: The quantiles of the calibration.
    """
    return [
        f"the {name} of this question, {numbers[name]:.3g}, is outside of what the calibration saw "
        f"({ends[0]:.3g} to {ends[-1]:.3g}): the promise is for questions like those"
        for name, ends in usual.items()
        if name in numbers and not ends[0] <= numbers[name] <= ends[-1]
    ]


def places(numbers: Mapping[str, float], usual: Mapping[str, tuple[float, ...]]) -> tuple[Place, ...]:
    """Where each number stands among the calibration's quantiles."""
    return tuple(
        Place(name, bisect_left(ends, numbers[name]), bisect_right(ends, numbers[name]))
        for name, ends in usual.items()
        if name in numbers
    )


class _Distance:
    """The running Kolmogorov-Smirnov distance of one watched number."""

    def __init__(self) -> None:
        self.questions = 0
        self._upto = np.zeros(len(QUANTILES))  # how many numbers are at most each quantile
        self._below = np.zeros(len(QUANTILES))  # how many are less

    def add(self, place: Place) -> None:
        self.questions += 1
        self._upto[place.below :] += 1
        self._below[place.upto :] += 1

    def value(self) -> float:
        expected = np.array(QUANTILES)
        short = expected - self._upto / self.questions
        over = self._below / self.questions - expected
        return float(max(short.max(), over.max()))


@dataclass(slots=True)
class Drift:
    """How far the questions of a batch are from those of the calibration, and how many promises broke.

    Args:
        calibration: How many questions the calibration had: the smallest group's, where there are groups.
    """

    calibration: int = 0
    questions: int = 0
    broken: int = 0
    _distances: dict[str, _Distance] = field(default_factory=dict)

    @classmethod
    def of(cls, budget: Budget | None) -> Self:
        """For results under a budget; one that is not calibrated never warns."""
        groups = () if budget is None or budget.policy is None else budget.policy.groups.values()
        return cls(min((group.questions for group in groups if group.value is not None), default=0))

    def add(self, promise: Promise | None) -> None:
        """Count one result, given its ``report.promise``."""
        if promise is None:
            return
        self.questions += 1
        self.broken += not promise.holds
        for place in promise.places:
            self._distances.setdefault(place.name, _Distance()).add(place)

    def warnings(self) -> list[str]:
        """A line for broken promises, and one for each watched number that drifted; empty where all is well."""
        lines = []
        if self.broken:
            lines.append(
                f"the promise does not hold for {self.broken} of {self.questions} questions; their warnings say why"
            )
        return lines + [
            f"drift: over {distance.questions} questions the {name} is not spread as in the calibration (distance "
            f"{distance.value():.2f}, by chance at most {self._chance(distance.questions):.2f}): the promise may not "
            "hold for them; calibrate again"
            for name, distance in self._distances.items()
            if distance.value() > self._chance(distance.questions)
        ]

    def _chance(self, questions: int) -> float:
        """What the distance exceeds with a probability of one in a thousand, by Smirnov's asymptotic formula."""
        both = 1 / max(self.calibration, 1) + 1 / questions
        return math.sqrt(-math.log(_SURE / 2) / 2 * both)
