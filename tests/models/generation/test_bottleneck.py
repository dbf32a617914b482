"""What was not forgotten and what is still told, on a language model that can be computed by hand."""

import math

import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt.errors import ConfigError
from excerpt.models.generation.bottleneck import Asked, Bottleneck, BottleneckMeter, measure
from excerpt.models.runtime.disk_cache import DiskCache


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


def test_nothing_is_measured_twice(tmp_path):
    """Nor in another process; what does not fit is remembered too."""
    asked = [Asked("when?", "mill rye", "mill", ("rye",)), Asked("when?", "mill rye", "mill " * 60, ("rye",))]
    model = WordLikelihood(max_tokens=64)
    for _ in range(2):
        with DiskCache(tmp_path / "kept.sqlite") as cache:
            small, large = BottleneckMeter(model, cache=cache).measure(asked)
        assert small == measure(WordLikelihood(), asked[:1])[0]
        assert all(map(math.isnan, large))
    assert model.asked == 2


def test_beta_is_a_number():
    """Of at least 0."""
    with pytest.raises(ConfigError, match="bottleneck: beta"):
        BottleneckMeter(WordLikelihood(), -1)
