"""Drift over many questions: it warns of what chance would not give, and of nothing else."""

import numpy as np
import pytest

from excerpt.calibrated.drift import QUANTILES, WATCHED, Drift, outside, places, watched
from excerpt.values.report import Promise
from excerpt.values.types import Ranking, Units

KEPT = Promise("p")


def ranking(scores):
    units = Units.of("sentence", [[(n, n + 1) for n in range(len(scores))]])
    every = np.ones(len(scores), dtype=bool)
    return Ranking("s", units, np.array(scores, dtype=float), every, every)


def usual(values):
    return {"best score": tuple(np.quantile(values, QUANTILES).tolist())}


def run(calibration, new):
    """The warnings after new questions with these best scores."""
    ends = usual(calibration)
    drift = Drift(len(calibration))
    for value in new:
        drift.add(Promise("p", places=places({"best score": value}, ends)))
    return drift.warnings()


def test_what_is_watched():
    """Best score, best relative mass, number of units; nothing where nothing was ranked."""
    assert watched(ranking([1.0, 3.0])) == {
        "best score": 3.0,
        "best mass": pytest.approx(1.905, abs=1e-3),
        "number of units": 2.0,
    }
    assert watched(ranking([])) == {}
    assert tuple(watched(ranking([1.0]))) == WATCHED


def test_one_question_beyond_the_ends():
    """The rule is min and max of the calibration, both included."""
    ends = usual([1.0, 2.0, 3.0])
    assert outside({"best score": 3.0}, ends) == []
    (warning,) = outside({"best score": 3.01}, ends)
    assert "3.01, is outside of what the calibration saw (1 to 3)" in warning


def test_questions_like_the_calibration_seldom_warn():
    """Of 300 runs of 100 exchangeable questions fewer than 1% warn: the rule is one in a thousand."""
    generator = np.random.default_rng(0)
    draws = (generator.normal(size=200) for _ in range(300))
    assert sum(bool(run(values[:100], values[100:])) for values in draws) < 3


def test_counts_that_are_often_the_same_do_not_warn():
    """Ten passages, always: the quantiles are all ten, and so is every question."""
    assert run([10.0] * 100, [10.0] * 200) == []
    generator = np.random.default_rng(3)
    draws = (generator.integers(1, 4, size=300).astype(float) for _ in range(100))
    assert sum(bool(run(values[:100], values[100:])) for values in draws) < 2


@pytest.mark.parametrize("shift", [1.5, -1.5])
def test_a_shift_of_the_scores_warns(shift):
    """In either direction, after some tens of questions."""
    generator = np.random.default_rng(1)
    (warning,) = run(generator.normal(size=100), generator.normal(size=60) + shift)
    assert warning.startswith("drift: over 60 questions the best score is not spread as in the calibration")


def test_a_wider_spread_warns():
    """The mean may stay where it was."""
    generator = np.random.default_rng(2)
    assert run(generator.normal(size=200), 3 * generator.normal(size=80))


def test_few_questions_do_not_warn():
    """Two odd ones may be chance."""
    assert run(np.arange(100.0), [1000.0, 900.0]) == []


def test_broken_promises_are_counted():
    """However alike the questions are."""
    drift = Drift(10)
    for promise in (KEPT, Promise("p", holds=False), None):
        drift.add(promise)
    assert drift.warnings() == ["the promise does not hold for 1 of 2 questions; their warnings say why"]
