"""Choosing a setting with a finite-sample promise about its loss. Only numbers: what is compressed is not known here.

A loss table has a row for each calibration question and a column for each setting, from the mildest (keeps
most) to the harshest. Two methods:

* Conformal risk control (Angelopoulos, Bates, Fisch, Lei and Schuster 2022, 2208.02814): the *expected* loss of
  the chosen setting on a new question is at most ``alpha``, when it is exchangeable with the calibration questions.
* Learn then Test (Angelopoulos, Bates, Candes, Jordan and Lei 2021, 2110.01052), with Hoeffding-Bentkus
  p-values (Bates et al. 2021, 2101.02703) and fixed-sequence testing: with probability ``1 - delta`` over the
  calibration questions, the chosen setting's mean loss on new ones is at most ``alpha``. Questions must be independent.

Both choose the harshest column such that it and all milder ones pass. Neither falls back on anything: where no
column passes, none is chosen.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError

__all__ = [
    "Verdict",
    "conformal_risk_control",
    "envelope",
    "hoeffding_bentkus",
    "learn_then_test",
    "questions_needed",
]

Floats = NDArray[np.float64]

# (sum + B) / (n + 1) is alpha itself in the smallest feasible case; rounding must not decide it.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a method says of every column.

    Args:
        risk: Mean loss of each column, after the envelope where the method needs one, ``(m,)``.
        tested: What is compared with the limit, ``(m,)``: the adjusted risk, or the p-value.
        limit: ``alpha``, or ``delta``.
        column: The harshest column such that it and all milder ones pass; None where the first fails.
    """

    risk: Floats
    tested: Floats
    limit: float
    column: int | None


def questions_needed(alpha: float, *, bound: float = 1.0, delta: float | None = None) -> int:
    """The fewest questions with which the loss could be promised at all: when none of them loses anything.

    Args:
        alpha: The risk, above 0.
        bound: The largest possible loss.
        delta: None for conformal risk control; the error probability of Learn then Test.

    Raises:
        InputError: A number is out of range.
    """
    _check_levels(alpha, bound, delta)
    if alpha >= bound:
        return 1
    if delta is None:
        return max(1, math.ceil(bound / alpha - 1 - 1e-9))
    # Without losses the p-value is (1 - alpha / bound) ** n.
    return max(1, math.ceil(math.log(delta) / math.log1p(-alpha / bound) - 1e-9))


def envelope(losses: Floats) -> Floats:
    """For each question the largest loss of a setting or any milder one, ``(n, m)``.

    It never falls from left to right, and is never below the loss itself: what holds for it holds for the loss.
    """
    worst: Floats = np.maximum.accumulate(losses, axis=1)
    return worst


def conformal_risk_control(losses: Floats, alpha: float, *, bound: float = 1.0) -> Verdict:
    """The harshest setting whose expected loss on an exchangeable question is at most ``alpha``.

    A column passes when ``n / (n + 1) * mean + bound / (n + 1) <= alpha``, of the `envelope`.

    Args:
        losses: ``(n, m)``, from 0 to ``bound``, mildest column first; the columns must not depend on the questions.
        alpha: The risk.
        bound: The largest possible loss, of any question.

    Raises:
        InputError: A number is out of range.
    """
    _check_levels(alpha, bound)
    table = envelope(_checked(losses, bound))
    questions = len(table)
    adjusted = (table.sum(axis=0) + bound) / (questions + 1)
    return Verdict(
        table.mean(axis=0), adjusted, alpha, _last_of_run(adjusted <= alpha + _ROUNDING * questions)
    )


def learn_then_test(losses: Floats, alpha: float, *, delta: float = 0.1, bound: float = 1.0) -> Verdict:
    """The harshest setting whose mean loss is at most ``alpha``, but for a probability of ``delta``.

    "The mean loss is above ``alpha``" is tested column by column from the mildest on, and the first that cannot be
    rejected at level ``delta`` ends it: so the level is not divided among them. Losses need not be monotone.

    Args:
        losses: ``(n, m)``, from 0 to ``bound``, mildest column first; the columns must not depend on the questions.
        alpha: The risk.
        delta: How often, over calibration sets, the promise may be broken.
        bound: The largest possible loss, of any question.

    Raises:
        InputError: A number is out of range.
    """
    _check_levels(alpha, bound, delta)
    risk = _checked(losses, bound).mean(axis=0)
    tested = hoeffding_bentkus(risk / bound, len(losses), min(alpha / bound, 1.0))
    return Verdict(risk, tested, delta, _last_of_run(tested <= delta + _ROUNDING))


def hoeffding_bentkus(means: Floats, questions: int, alpha: float) -> Floats:
    """P-values of "the mean is above ``alpha``" for means of independent numbers from 0 to 1, ``(m,)``.

    Args:
        means: Observed means, ``(m,)``.
        questions: How many numbers each is of.
        alpha: The hypothesised mean, above 0 and at most 1.
    """
    if alpha >= 1:
        return np.zeros(len(means))
    hoeffding = np.array([math.exp(-questions * _divergence(min(mean, alpha), alpha)) for mean in means])
    counts = np.ceil(questions * means - 1e-9).astype(np.int64)
    bentkus = math.e * _binomial_cdf(questions, alpha)[np.clip(counts, 0, questions)]
    least: Floats = np.minimum(np.minimum(hoeffding, bentkus), 1.0)
    return least


def _divergence(a: float, b: float) -> float:
    """Kullback-Leibler divergence of two coins."""
    heads = a * math.log(a / b) if a > 0 else 0.0
    tails = (1 - a) * math.log((1 - a) / (1 - b)) if a < 1 else 0.0
    return heads + tails


def _binomial_cdf(trials: int, chance: float) -> Floats:
    """P(at most k), for k from 0 to ``trials``."""
    whole = math.lgamma(trials + 1)
    logs = [
        whole
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(chance)
        + (trials - k) * math.log1p(-chance)
        for k in range(trials + 1)
    ]
    cdf: Floats = np.minimum(np.cumsum(np.exp(logs)), 1.0)
    return cdf


def _last_of_run(passes: NDArray[np.bool_]) -> int | None:
    """The last column of the unbroken run of passes that starts at the first."""
    run = len(passes) if passes.all() else int(np.argmin(passes))
    return run - 1 if run else None


def _checked(losses: Floats, bound: float) -> Floats:
    table = np.asarray(losses, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        message = f"losses: expected a table of questions and settings, got an array of shape {table.shape}"
        raise InputError(message)
    if not ((table >= 0) & (table <= bound)).all():  # NaN too
        message = (
            f"losses: must lie from 0 to the bound of {bound:g}; they go from {table.min()} to {table.max()}"
        )
        raise InputError(message)
    return table


def _check_levels(alpha: float, bound: float, delta: float | None = None) -> None:
    if not (alpha > 0 and bound > 0 and math.isfinite(bound)):
        message = f"risk: must be above 0, and so must the bound; got {alpha!r} and {bound!r}"
        raise InputError(message)
    if delta is not None and not 0 < delta < 1:
        message = f"delta: is a probability, above 0 and below 1; got {delta!r}"
        raise InputError(message)
