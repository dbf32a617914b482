"""What was not forgotten and what is still told, on a language model that can be computed by hand."""

import math

import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt.models.generation.bottleneck import Asked, Bottleneck, measure


def test_mean_token_probabilities():
    """A token has 1/2 where it was said before, else 1/8; the likeliest answer counts."""
    found = measure(
        WordLikelihood(),
        [Asked("when?", "mill rye oats bees", "mill rye", ("bees", "rye")), Asked("when?", "mill", "", ())],
    )
    assert found[0].retrieved == pytest.approx((1 / 2 + 1 / 2 + 1 / 8 + 1 / 8) / 4)
    assert found[0].answer == pytest.approx(1 / 2)
    assert found[0].score(2.0) == pytest.approx(found[0].retrieved - 1.0)
    assert found[1].retrieved == pytest.approx(1 / 8)
    assert math.isnan(found[1].answer)


def test_the_lower_score_tells_more_and_keeps_less():
    """The sentence with the answer is better than everything, and than a sentence without it."""
    assert Bottleneck(0.2, 0.9).score() < Bottleneck(0.8, 0.9).score()
    assert Bottleneck(0.2, 0.9).score() < Bottleneck(0.2, 0.1).score()
