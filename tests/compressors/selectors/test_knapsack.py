"""The 0/1 knapsack, held against trying every subset."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.selectors import knapsack as module
from excerpt.compressors.selectors.knapsack import Knapsack, knapsack
from excerpt.testing import ask

ITEMS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=7)


@given(ITEMS, st.integers(0, 20), st.sampled_from([1, 0.125]))
def test_knapsack_is_exact(items, capacity, scale):
    """As good as trying every subset, and within the capacity; for whole numbers and others."""
    values, costs = [value * scale for value, _ in items], [cost for _, cost in items]
    subsets = [chosen for size in range(len(items) + 1) for chosen in combinations(range(len(items)), size)]
    fitting = [chosen for chosen in subsets if sum(costs[index] for index in chosen) <= capacity]
    best = max(sum(values[index] for index in chosen) for chosen in fitting)
    found = knapsack(values, costs, capacity)
    assert sum(values[index] for index in found) == best
    assert sum(costs[index] for index in found) <= capacity


def test_two_small_units_beat_the_best_one():
    """4 + 4 is more than 5; greedy takes the 5 first."""
    texts = ["a b c d", "e f", "g h"]
    assert ask(Knapsack(rescale=False), [5, 4, 4], texts, tokens=4).tolist() == [1, 2, 0]


def test_beyond_the_cap_the_densest_units_are_considered(monkeypatch):
    """Time and memory have a bound."""
    monkeypatch.setattr(module, "_CELLS", 10)
    texts = ["a b c d", "e f", "g h"]
    assert ask(Knapsack(rescale=False), [5, 4, 3.9], texts, tokens=4).tolist() == [1, 2, 0]
    assert ask(Knapsack(rescale=False), np.array([9, 4, 3.9]), texts, tokens=4).tolist() == [0, 1, 2]


@pytest.mark.parametrize("tokens", [None, 0])
def test_all_units_are_in_the_order(tokens):
    """What was not chosen is offered what room is left."""
    assert ask(Knapsack(), [1, 3, 2], tokens=tokens).tolist() == [1, 2, 0]
