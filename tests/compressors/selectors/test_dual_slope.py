"""More of what ranks first: shares by hand, two scores, and what no budget does."""

import numpy as np
import pytest

from excerpt.compressors.selectors.dual_slope import DualSlope, shares, slope_offsets
from excerpt.errors import ConfigError
from excerpt.testing import ask, room
from excerpt.values.types import Context, Passage, Ranking, Units


def test_the_papers_arithmetic():
    """``d_i = k (n - 1 - 2 i) / (n - 1)``: k = 0.4 over five segments; one segment has no slope."""
    assert np.allclose(slope_offsets(5, 0.4), [0.4, 0.2, 0, -0.2, -0.4])
    assert slope_offsets(1, 0.4).tolist() == [0]
    keep, guided = shares(5, 0.5, 0.4, 0.2, 0.1)
    assert np.allclose(keep, [0.9, 0.7, 0.5, 0.3, 0.1])
    assert np.allclose(guided, [0.1, 0.15, 0.2, 0.25, 0.3])
    assert np.allclose(shares(3, 0.9, 0.4, 1, 0)[0], [1, 0.9, 0.5])  # clipped


def ranked(first):
    """Two passages of four words, and an earlier stage that found one of them better."""
    texts = ["a b c d", "e f g h"]
    context = Context.start("q", [Passage(text) for text in texts])
    coarse = Units.of("passage", [[(0, 7)], [(0, 7)]])
    scores = np.array([1.0, 0.0] if first == 0 else [0.0, 1.0])
    every = np.ones(2, dtype=bool)
    ranking = Ranking("coarse", coarse, scores, every, every)
    units = Units.of("word", [[(2 * place, 2 * place + 1) for place in range(4)]] * 2)
    return Context(context.query, context.passages, context.kept, (ranking,)), units


@pytest.mark.parametrize("first", [0, 1])
def test_the_passage_that_ranked_first_keeps_more(first):
    """Half the budget and a slope of one half: all of the first, nothing of the second, whatever the scores."""
    context, units = ranked(first)
    order = DualSlope(0.5, segment=0)(context, units, np.arange(8.0), room(4))
    assert set(order[:4].tolist()) == ({0, 1, 2, 3} if first == 0 else {4, 5, 6, 7})
    assert sorted(order.tolist()) == list(range(8))


class Backwards:
    """What stands first is worth least."""

    name = "backwards"

    def score(self, context, units):
        return -np.arange(float(len(units)))


def test_two_scores_fill_a_share():
    """Half of the kept by the scores, the other half by the second scorer; bought best score first."""
    scores = np.arange(8.0)
    rule = DualSlope(0.0, 0.5, 0.0, Backwards(), rate=0.5)
    assert np.flatnonzero(ask(rule, scores)).tolist() == [0, 1, 6, 7]
    assert ask(rule, scores, tokens=4)[:4].tolist() == [7, 6, 1, 0]
    assert np.flatnonzero(ask(DualSlope(0.0, rate=0.5), scores)).tolist() == [4, 5, 6, 7]


def test_segments_have_so_many_tokens():
    """Eight units of one token in segments of two: the first keeps twice the mean, the last nothing."""
    kept = ask(DualSlope(0.5, segment=2, rate=0.5), np.zeros(8))
    assert kept.reshape(4, 2).sum(axis=1).tolist() == [2, 1, 1, 0]


def test_wrong_options():
    """A part without what fills it, and numbers out of range."""
    with pytest.raises(ConfigError, match="rest must name what scores the other part"):
        DualSlope(guided=0.2)
    with pytest.raises(ConfigError, match="dual-slope: slope must be a number from 0 to 1"):
        DualSlope(2)
    with pytest.raises(ConfigError, match="rest must be a scorer"):
        DualSlope(guided=0.2, rest=3)
