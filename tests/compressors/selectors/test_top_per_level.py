"""The best of each level, and what follows them under a budget."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.selectors.top_per_level import TopPerLevel, levels_of
from excerpt.testing import room
from excerpt.values.types import Context, Passage, Units

#          0   1   2   3   4   5
PARENTS = [-1, 0, 0, 1, 1, 2]
SCORES = [0.1, 0.9, 0.3, 0.2, 0.8, 0.7]


def units(parents):
    """One passage of units of one character."""
    return Units.of("node", [[(at, at + 1, parent) for at, parent in enumerate(parents)]])


def chosen(parents, scores, k, tokens=None):
    """What is selected."""
    context = Context.start("q", [Passage("x" * len(parents))])
    return TopPerLevel(k)(context, units(parents), np.array(scores), room(tokens))


def test_levels_are_how_many_stand_above():
    """By hand."""
    assert levels_of(units(PARENTS)).tolist() == [0, 1, 1, 2, 2, 2]
    assert levels_of(units([-1, -1])).tolist() == [0, 0]


def test_the_best_of_each_level_stay():
    """One of level 0, one of 1, one of 2; what is under a unit speaks for it."""
    assert np.flatnonzero(chosen(PARENTS, SCORES, 1)).tolist() == [0, 1, 4]
    assert np.flatnonzero(chosen(PARENTS, [0, 0.1, 0.2, 0.3, 0.9, 0.4], 1)).tolist() == [0, 1, 4]
    assert np.flatnonzero(chosen(PARENTS, SCORES, 2)).tolist() == [0, 1, 2, 4, 5]


def test_with_a_budget_the_others_follow_level_by_level():
    """First the best of each level, then the second of each, best first among these."""
    assert chosen(PARENTS, SCORES, 1, tokens=3).tolist() == [0, 1, 4, 2, 5, 3]


def test_units_without_parents_are_one_level():
    """Then it is top-n."""
    assert np.flatnonzero(chosen([-1, -1, -1], [1, 3, 2], 2)).tolist() == [1, 2]


def test_levels_are_those_of_one_passage():
    """Each passage is a tree of its own."""
    two = Units.of("node", [[(0, 1, -1), (1, 2, -1)], [(0, 1, -1)]])
    context = Context.start("q", [Passage("xx"), Passage("x")])
    mask = TopPerLevel(1)(context, two, np.array([1.0, 2.0, 0.0]), room())
    assert mask.tolist() == [False, True, True]


@given(st.data())
def test_each_level_keeps_k_or_all_and_none_that_is_worse(data):
    """Whatever the tree and the scores; worth is that of the best under a unit, by trying all of them."""
    count = data.draw(st.integers(1, 30))
    parents = [data.draw(st.integers(-1, index - 1)) for index in range(count)]
    scores = data.draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))
    k = data.draw(st.integers(1, 4))
    mask, levels = chosen(parents, scores, k), levels_of(units(parents))
    tree = units(parents)
    under = [
        [each for each in range(count) if index in (each, *tree.parents(each))] for index in range(count)
    ]
    values = np.array([max(scores[each] for each in below) for below in under])
    for level in set(levels.tolist()):
        inside, outside = values[mask & (levels == level)], values[~mask & (levels == level)]
        assert len(inside) == min(k, int((levels == level).sum()))
        assert not len(outside) or inside.min() >= outside.max()
    order = chosen(parents, scores, k, tokens=5)
    assert sorted(order.tolist()) == list(range(count))
    assert set(order[: int(mask.sum())].tolist()) == set(np.flatnonzero(mask).tolist())
