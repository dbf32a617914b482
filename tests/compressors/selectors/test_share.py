"""The best units up to a share of all tokens."""

import numpy as np
import pytest

from excerpt import ConfigError
from excerpt.compressors.selectors.share import TopShare, best_share
from excerpt.testing import ask


def test_a_share_is_counted_in_tokens():
    """The long unit takes three of six tokens; half of all is one unit or the other two."""
    texts = ["one two three", "four", "five six"]
    assert ask(TopShare(0.5), [3, 2, 1], texts).tolist() == [True, False, False]
    assert ask(TopShare(0.5), [1, 3, 2], texts).tolist() == [False, True, True]


def test_one_unit_stays_always():
    """However small the share, and the nearest unit is rounded to."""
    assert best_share(np.array([1.0, 2.0]), np.array([5, 5]), 0.01).tolist() == [False, True]
    assert best_share(np.array([1.0, 2.0]), np.array([5, 5]), 0.75).tolist() == [True, True]


@pytest.mark.parametrize("rate", [0, 1.5, "half", None])
def test_a_rate_is_a_share(rate):
    """Above 0, at most 1."""
    with pytest.raises(ConfigError, match="top-share: rate must be a number"):
        TopShare(rate)
