"""The score rule: nested choices that differ from question to question."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.calibrated.knob import ScoreRule, relative_mass

SCORES = st.lists(st.floats(-50, 50), min_size=1, max_size=30).map(np.array)
ALL = st.sampled_from([None, 0.5, 1.0, 3.0])


def everything(scores):
    return np.ones(len(scores), dtype=bool)


@given(SCORES, ALL, st.floats(0, 10), st.floats(0, 10))
def test_a_lower_threshold_keeps_a_superset(scores, temperature, one, other):
    """Nested: what conformal risk control asks for."""
    low, high = sorted((one, other))
    mild, harsh = (ScoreRule(t, temperature).allowed(scores, everything(scores)) for t in (low, high))
    assert (mild >= harsh).all()


@given(SCORES, ALL, st.floats(0, 1000))
def test_the_best_unit_is_always_kept_and_better_ones_before_worse(scores, temperature, threshold):
    """So no question is left without text, and the choice is a prefix of the ranking."""
    kept = ScoreRule(threshold, temperature).allowed(scores, everything(scores))
    assert kept[np.argmax(scores)]
    assert kept.all() or scores[kept].min() >= scores[~kept].max()


def test_equal_scores_are_kept_or_dropped_together():
    """Ties have no first among them."""
    assert ScoreRule(50.0).allowed(np.array([1.0, 1.0, 1.0]), np.ones(3, bool)).all()
    assert ScoreRule(0.9, 1.0).allowed(np.array([5.0, 0.0, 0.0]), np.ones(3, bool)).tolist() == [1, 0, 0]


def test_a_clear_question_keeps_less_than_one_with_many_rivals():
    """What the knob is for."""
    clear, open_ = np.array([9.0, 1, 1, 1, 1, 1]), np.array([2.0, 1.9, 1.8, 1.7, 1, 1])
    kept = [int(ScoreRule(0.8, 1.0).allowed(s, np.ones(6, bool)).sum()) for s in (clear, open_)]
    assert kept == [1, 4]


@given(SCORES, st.floats(0.1, 5), st.floats(-20, 20))
def test_without_a_temperature_the_scale_of_the_scores_does_not_matter(scores, factor, shift):
    """Cosines and logits are treated alike."""
    plain, moved = (relative_mass(s, everything(s)) for s in (scores, factor * scores + shift))
    if scores.std() > 1e-3:
        assert moved == pytest.approx(plain, rel=1e-4, abs=1e-6)


def test_units_that_the_stage_ruled_out_stay_out():
    """They have no mass, and do not count as units."""
    eligible = np.array([True, False, True])
    mass = relative_mass(np.array([1.0, 9.0, 1.0]), eligible, 1.0)
    assert mass.tolist() == pytest.approx([1.0, 0.0, 1.0])
    assert ScoreRule(0.0).allowed(np.array([1.0, 9.0, 1.0]), eligible).tolist() == [True, False, True]
    assert not ScoreRule(0.0).allowed(np.zeros(2), np.zeros(2, bool)).any()
