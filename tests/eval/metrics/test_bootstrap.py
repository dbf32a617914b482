"""Confidence intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.eval.metrics.bootstrap import difference, mean, mean_of_sets


def test_constant_values_have_no_spread():
    """All questions alike: the interval is the point."""
    found = mean(np.full(20, 0.5))
    assert (found.value, found.low, found.high, found.questions) == (0.5, 0.5, 0.5, 20)


def test_questions_that_do_not_count_are_left_out():
    """NaN is not zero."""
    found = mean(np.array([1.0, np.nan, 0.0]))
    assert (found.value, found.questions) == (0.5, 2)


def test_no_questions_give_no_number():
    """The mean of nothing is not a number, and no warning."""
    found = mean(np.array([np.nan]))
    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.questions == 0


def test_same_seed_same_interval():
    """Deterministic, and another seed is another draw."""
    values = np.random.default_rng(1).random(40)
    assert mean(values, seed=3) == mean(values, seed=3)
    assert mean(values, seed=3) != mean(values, seed=4)


def test_interval_is_near_the_normal_one():
    """Half of 400 questions are right: 1.96 * 0.5 / 20 on either side."""
    found = mean(np.repeat([0.0, 1.0], 200))
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_pairing_removes_what_both_share():
    """Left is better by a little on every question, though questions differ a lot."""
    right = np.random.default_rng(0).random(50)
    found = difference(right + 0.01, right)
    assert found.low > 0
    assert found.value == pytest.approx(0.01)


@pytest.mark.parametrize(("differing", "verdict"), [(1, "even"), (5, "even"), (6, "better")])
def test_a_few_questions_decide_nothing(differing, verdict):
    """All that differ favour the left; of five, chance does that once in sixteen, of six once in thirty-two."""
    left, right = np.ones(differing), np.zeros(differing)
    found = difference(left, right)
    assert (found.value, found.verdict) == (1.0, verdict)
    assert difference(right, left).verdict == verdict.replace("better", "worse")


def test_questions_that_tie_do_not_decide():
    """Five are won and ninety-five tie: too few, however many there are."""
    left = np.zeros(100)
    left[:5] = 1.0
    found = difference(left, np.zeros(100))
    assert found.low == 0.0
    assert found.high > 0.05


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_mean_lies_within_the_range(values):
    """Both ends are means of values that occur."""
    found = mean(np.array(values), resamples=50)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


def test_sets_count_alike_however_many_questions_they_have():
    """And a set without any spread halves the interval."""
    small, large = np.array([0.0, 1.0, 1.0, np.nan]), np.zeros(300)
    found = mean_of_sets([small, large])
    assert found.value == pytest.approx(1 / 3)
    assert found.questions == 303
    alone = mean(small)
    assert (found.low, found.high) == (pytest.approx(alone.low / 2), pytest.approx(alone.high / 2))
