"""Neighbours of chosen units, worked by hand and as properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import ConfigError
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.neighbours import Neighbours, edges
from excerpt.testing import ask, room
from excerpt.values.types import Context, Passage, Units

TEXTS = [
    "Ada Holt built the mill.",
    "It burned down.",
    "Rye is a grass.",
    "The bridge of Holt fell.",
    "However, bees slept.",
]


def units_of(texts, passages=1):
    """Units in one passage, or each in one of its own; and their context."""
    if passages > 1:
        return Units.of("sentence", [[(0, len(text))] for text in texts]), Context.start(
            "q", map(Passage, texts)
        )
    whole, spans = " ".join(texts), []
    for text in texts:
        start = spans[-1][1] + 1 if spans else 0
        spans.append((start, start + len(text)))
    return Units.of("sentence", [spans]), Context.start("q", [Passage(whole)])


def test_edges():
    """A pronoun and a connective lean on what stands before; a rare name joins two; there is none across passages."""
    units, _ = units_of(TEXTS)
    assert set(edges(units, TEXTS)) == {(1, 0), (4, 3), (0, 3), (3, 0)}
    apart, _ = units_of(TEXTS, passages=5)
    assert set(edges(apart, TEXTS)) == {(0, 3), (3, 0)}
    assert not list(edges(units, TEXTS, references=False, names=False))


def test_what_everyone_names_joins_nothing():
    """Four of four units have the name."""
    texts = ["Holt rose.", "Holt fell.", "Holt ran.", "Holt sat."]
    units, _ = units_of(texts)
    assert not list(edges(units, texts))


def test_a_hand_worked_example():
    """In the order 1, 2, 4, 3, 0 worths are 1, 1/2, 1/3, 1/4, 1/5. Unit 1 gives 1/2 to unit 0, which ties with the
    second and comes after it; unit 4 gives 1/6 to unit 3, less than it has."""
    units, context = units_of(TEXTS)
    scores = np.array([1.0, 5.0, 4.0, 2.0, 3.0])
    order = Neighbours("greedy")(context, units, scores, room(9))
    assert order.tolist() == [1, 2, 0, 4, 3]
    assert Neighbours("greedy", discount=0.9)(context, units, scores, room(9)).tolist() == [1, 0, 2, 4, 3]


def test_a_set_grows_by_its_neighbours():
    """The best unit alone brings the one that it leans on; two hops bring the one that shares a name with that."""
    units, context = units_of(TEXTS)
    scores = np.array([1.0, 5.0, 4.0, 2.0, 3.0])
    best = {"use": "top-n", "n": 1}
    assert Neighbours(best)(context, units, scores, room()).tolist() == [1, 0]
    assert Neighbours(best, hops=2)(context, units, scores, room()).tolist() == [1, 0, 3]


def test_the_nearest_are_neighbours_where_that_is_asked_for():
    """By words."""
    texts = ["old mill rye", "bees sleep long", "old mill rye wheel"]
    best = {"use": "top-n", "n": 1}
    assert ask(Neighbours(best, nearest=1), [3, 2, 1], texts).tolist() == [0, 2]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=12), st.integers(0, 30), st.integers(1, 3))
def test_each_unit_once_and_without_a_discount_the_order_of_before(scores, tokens, hops):
    """An order of all units stays one; discount 0 walks nowhere."""
    texts = [f"It is unit {number % 3}." for number in range(len(scores))]
    assert sorted(ask(Neighbours("greedy", hops=hops), scores, texts, tokens).tolist()) == list(
        range(len(scores))
    )
    still = ask(Neighbours("greedy", discount=0, hops=hops), scores, texts, tokens)
    assert still.tolist() == best_first(np.array(scores)).tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"selector": "gredy"}, "there is no 'gredy'"),
        ({"selector": 3}, "selector must be a selector"),
        ({"discount": 2}, "discount must be a number from 0 to 1"),
        ({"hops": 0}, "hops must be a whole number of at least 1"),
        ({"nearest": -1}, "nearest must be a whole number"),
    ],
)
def test_wrong_options_are_named(options, message):
    """With what they may be."""
    with pytest.raises(ConfigError, match=message):
        Neighbours(**options)
