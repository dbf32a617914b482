"""Facility location, held against trying every subset."""

from itertools import combinations
from math import e

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import ConfigError
from excerpt.compressors.selectors.facility_location import FacilityLocation, cover, covered
from excerpt.testing import ask

NUMBERS = st.integers(1, 7).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(0, 9), min_size=count, max_size=count),
        st.lists(st.integers(0, 9), min_size=count * count, max_size=count * count),
        st.lists(st.integers(1, 9), min_size=count, max_size=count),
        st.integers(0, 20),
    )
)


@given(NUMBERS)
def test_at_least_the_share_that_is_promised(numbers):
    """(1 - 1/e) / 2 of the best of all subsets that fit, and within the budget."""
    worth, near, costs, budget = numbers
    worth, costs = np.array(worth, dtype=float), np.array(costs)
    near = np.array(near, dtype=float).reshape(len(worth), len(worth)) / 9
    found = cover(worth, near, costs, budget)
    assert costs[found].sum() <= budget
    subsets = [list(some) for size in range(len(worth) + 1) for some in combinations(range(len(worth)), size)]
    best = max(covered(worth, near, some) for some in subsets if costs[some].sum() <= budget)
    assert covered(worth, near, found) >= (1 - 1 / e) / 2 * best - 1e-9


def test_the_best_single_unit_is_held_against_the_greedy_choice():
    """By gain per token the small one comes first and leaves no room for the one that covers ten times as much."""
    worth, near = np.array([1.0, 10.0]), np.eye(2)
    assert cover(worth, near, np.array([1, 20]), 20) == [1]


def test_lazy_is_greedy():
    """The same choice as counting every gain anew each time."""
    numbers = np.random.default_rng(3)
    worth, near, costs = numbers.random(30), numbers.random((30, 30)), numbers.integers(1, 9, 30)
    plain, reached, left = [], np.zeros(30), 40
    while True:
        gains = np.maximum(near - reached, 0) @ worth / costs
        gains[costs > left] = -1
        gains[plain] = -1
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        plain.append(best)
        reached, left = np.maximum(reached, near[best]), left - costs[best]
    assert cover(worth, near, costs, 40) == plain


def test_what_is_covered_already_comes_late():
    """Two units of the same words: one of them and the other subject come first."""
    texts = ["old mill rye", "old mill rye", "bees sleep long"]
    assert set(ask(FacilityLocation(rescale=False), [3, 2.9, 1.5], texts, tokens=6)[:2].tolist()) in (
        {0, 2},
        {1, 2},
    )
    assert len(ask(FacilityLocation(coverage=0.6, rescale=False), [3, 2.9, 2.8], texts)) == 1


def test_wrong_options_are_named():
    """With what they may be."""
    with pytest.raises(ConfigError, match="facility-location: coverage must be a number"):
        FacilityLocation(coverage=0)
