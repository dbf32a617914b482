"""Rates by rank, worked by hand and as a property."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import ConfigError
from excerpt.compressors.selectors.ranked_rate import RankedRate, group_rates
from excerpt.testing import ask, room
from excerpt.values.types import Context, Passage, Units

# Three passages of four units of one word each.
CONTEXT = Context.start("x", [Passage("a b c d"), Passage("e f g h"), Passage("i j k x")])
UNITS = Units.of("word", [[(2 * place, 2 * place + 1) for place in range(4)]] * 3)
SCORES = np.array([1.0, 2, 3, 4] * 3)


def test_groups_are_the_papers():
    """Four groups of two passages keep a half, a quarter, a sixth and an eighth; three passages are three groups."""
    assert np.allclose(group_rates(8, (2, 4, 6, 8)), np.repeat([1 / 2, 1 / 4, 1 / 6, 1 / 8], 2))
    assert group_rates(3, (2, 4, 6, 8)).tolist() == [1 / 2, 1 / 4, 1 / 6]
    assert group_rates(0, (2, 4)).tolist() == []


def test_a_hand_worked_example():
    """Rates 1/2, 1/4 and 1/6 of four tokens each are 2, 1 and 2/3; for a budget of 6 they are 3.27, 1.64 and 1.09.

    The first passage keeps three units and leaves 0.27, the second one and leaves 0.91, the third two: the best of each
    first.
    """
    order = RankedRate()(CONTEXT, UNITS, SCORES, room(6))
    assert order[:6].tolist() == [3, 2, 1, 7, 11, 10]
    assert sorted(order.tolist()) == list(range(12))


def test_without_a_budget_the_rates_hold():
    """Two, one and none, since two thirds buy no token."""
    assert RankedRate()(CONTEXT, UNITS, SCORES, room()).tolist() == [3, 2, 7]


def test_passages_are_ranked_by_a_scorer():
    """The last passage has the question's word."""
    assert RankedRate(by="bm25")(CONTEXT, UNITS, SCORES, room()).tolist()[:2] == [11, 10]


@given(
    st.lists(st.integers(-9, 9), min_size=1, max_size=12),
    st.integers(0, 30),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_every_unit_is_in_the_order_once(scores, tokens, windows):
    """The fit skips what is too long, so none may be missing."""
    assert sorted(ask(RankedRate(windows), scores, tokens=tokens).tolist()) == list(range(len(scores)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"windows": []}, "windows must be a list of numbers above 0"),
        ({"windows": [2, 0]}, "windows must be a list of numbers above 0"),
        ({"windows": "24"}, "windows must be a list"),
        ({"by": "bm52"}, "there is no 'bm52'"),
        ({"by": 3}, "by must be a scorer, its name, a table with `use`, or None"),
    ],
)
def test_wrong_options_are_named(options, message):
    """With what they may be."""
    with pytest.raises(ConfigError, match=message):
        RankedRate(**options)
