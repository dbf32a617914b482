"""Whether questions still look like those of the calibration.

Three numbers of the last ranking are watched: the best score, the relative mass of the best unit, and how many
units there are. Two rules:

* One question: a number outside of all that the calibration saw. Among questions like the calibration's this
  happens with a chance of at most 2 / (n + 1) for each number.
* Many questions: the share of them with a number outside of the calibration's central 90%. It should be about a
  tenth; a share that chance would give less than once in a thousand counts as drift, where the tenth is taken two
  standard errors higher, since its ends are estimates from n questions.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from winnow.budget import Budget
from winnow.knob import relative_mass
from winnow.report import Promise
from winnow.types import Ranking

__all__ = ["QUANTILES", "WATCHED", "Drift", "at_edges", "outside", "watched"]

WATCHED = ("best score", "best mass", "number of units")
"""What is watched."""

QUANTILES = tuple(step / 20 for step in range(21))
"""Which quantiles of each watched number a policy has."""

_OUTER = 0.1  # of questions like the calibration's, below the second or above the last but one of QUANTILES
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


def at_edges(numbers: Mapping[str, float], usual: Mapping[str, tuple[float, ...]]) -> tuple[str, ...]:
    """The numbers outside of the calibration's central 90%."""
    return tuple(
        name for name, ends in usual.items() if name in numbers and not ends[1] <= numbers[name] <= ends[-2]
    )


@dataclass(slots=True)
class Drift:
    """A running share of questions at the edges of what the calibration saw, and of broken promises.

    Args:
        calibration: How many questions the calibration had: the smallest group's, where there are groups.
    """

    calibration: int = 0
    questions: int = 0
    broken: int = 0
    edges: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WATCHED, 0))

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
        for name in promise.edges:
            self.edges[name] += 1

    def warnings(self) -> list[str]:
        """A line for broken promises, and one for each watched number that drifted; empty where all is well."""
        found = []
        if self.broken:
            found.append(
                f"the promise does not hold for {self.broken} of {self.questions} questions; their warnings say why"
            )
        expected = min(_OUTER + 2 * math.sqrt(_OUTER * (1 - _OUTER) / max(self.calibration, 1)), 1.0)
        return found + [
            f"drift: the {name} of {count} of {self.questions} questions is outside of the calibration's central 90%, "
            f"where about {_OUTER:.0%} are expected: the promise may not hold for them; calibrate again"
            for name, count in self.edges.items()
            if _at_least(count, self.questions, expected) < _SURE
        ]


def _at_least(count: int, trials: int, chance: float) -> float:
    """The probability of ``count`` or more successes."""
    if count <= chance * trials:
        return 1.0
    terms = (
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(chance)
        + (trials - k) * math.log1p(-chance)
        for k in range(count, trials + 1)
    )
    return math.fsum(map(math.exp, terms))
