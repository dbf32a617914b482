"""Confidence intervals by the bootstrap over questions: percentile method, seeded, paired where two are compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate", "difference", "mean", "mean_of_sets", "questions_needed"]

_RESAMPLES = 2000

# With fewer questions that differ, chance alone puts all of them on one side more often than once in twenty
# (2 * 0.5 ** 5 > 0.05): no test that looks only at differences can tell, though the resamples may all lie there.
_TELLING = 6

_CERTAIN = 1.96 + 0.84
"""Standard errors that a difference is away from zero where an interval of 95% leaves zero out four times in five."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions and its 95% interval.

    Args:
        value: The mean; NaN over no questions.
        low: Lower end of the interval.
        high: Upper end.
        questions: How many questions it is over.
    """

    value: float
    low: float
    high: float
    questions: int

    @property
    def verdict(self) -> str:
        """Of a difference: ``"better"`` or ``"worse"`` where the interval leaves no doubt, ``"even"`` where it holds 0.

        ``"unknown"`` over no questions.
        """
        if self.questions == 0:
            return "unknown"
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "even"


def mean(values: NDArray[np.float64], *, seed: int = 0, resamples: int = _RESAMPLES) -> Estimate:
    """The mean of one number a question; NaN marks questions that do not count.

    Args:
        values: ``(questions,)``.
        seed: The same seed and values give the same interval.
        resamples: Bootstrap resamples.
    """
    counted = values[~np.isnan(values)]
    if len(counted) == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    generator = np.random.default_rng(seed)
    # In slices, so that a set of many thousand questions does not need gigabytes.
    means = np.empty(resamples)
    step = max(1, 2_000_000 // len(counted))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        means[start : start + rows] = counted[
            generator.integers(len(counted), size=(rows, len(counted)))
        ].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(counted.mean()), float(low), float(high), len(counted))


def mean_of_sets(
    values: Sequence[NDArray[np.float64]], *, seed: int = 0, resamples: int = _RESAMPLES
) -> Estimate:
    """The mean of the sets' means: sets count alike, and questions are drawn anew within each.

    Args:
        values: ``(questions,)`` for each set, NaN where a question does not count.
        seed: The same seed and values give the same interval.
        resamples: Bootstrap resamples.
    """
    counted = [column[~np.isnan(column)] for column in values]
    generator = np.random.default_rng(seed)
    means = [
        column[generator.integers(len(column), size=(resamples, len(column)))].mean(1) for column in counted
    ]
    low, high = np.quantile(np.mean(means, axis=0), [0.025, 0.975])
    value = float(np.mean([column.mean() for column in counted]))
    return Estimate(value, float(low), float(high), sum(map(len, counted)))


def difference(left: NDArray[np.float64], right: NDArray[np.float64], *, seed: int = 0) -> Estimate:
    """The mean of ``left - right`` over the questions that both have: a paired comparison.

    ``left`` is better than chance allows where ``low > 0``. Where fewer than six questions differ the interval is
    made to hold 0: resampling them cannot show how they vary, and signs alone decide nothing yet (the exact sign test
    at 5%).

    Args:
        left: ``(questions,)``, NaN where a question does not count.
        right: The same questions in the same order.
        seed: The same seed and values give the same interval.
    """
    each = left - right
    found = mean(each, seed=seed)
    if found.questions == 0 or np.count_nonzero(each[~np.isnan(each)]) >= _TELLING:
        return found
    return replace(found, low=min(found.low, 0.0), high=max(found.high, 0.0))


def questions_needed(left: NDArray[np.float64], right: NDArray[np.float64]) -> int | None:
    """How many more questions would show a difference as large as the one seen, four times in five.

    The usual size of a paired test (normal approximation), and as many as six that differ.

    Args:
        left: As for `difference`.
        right: As for `difference`.

    Returns:
        At least 1; None where the difference is nothing.
    """
    each = left - right
    each = each[~np.isnan(each)]
    size = abs(float(each.mean())) if len(each) else 0.0
    if size == 0.0:
        return None
    wanted = (_CERTAIN * float(each.std()) / size) ** 2
    telling = _TELLING * len(each) / np.count_nonzero(each)
    return max(1, math.ceil(max(wanted, telling)) - len(each))
