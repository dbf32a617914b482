"""Units at or above a threshold."""

import pytest

from excerpt import ConfigError
from excerpt.compressors.selectors.thresholds import AtLeast
from excerpt.testing import ask

SCORES = [0.5, 0.7, 0.5]


def test_a_threshold_may_leave_nothing():
    """The threshold itself is enough."""
    assert ask(AtLeast(0.7), SCORES).tolist() == [False, True, False]
    assert not ask(AtLeast(0.8), SCORES).any()


def test_the_best_one_stays_where_that_is_asked_for():
    """Only where no unit reaches the threshold."""
    assert ask(AtLeast(0.8, or_best=True), SCORES).tolist() == [False, True, False]
    assert ask(AtLeast(0.5, or_best=True), SCORES).all()


@pytest.mark.parametrize("threshold", ["0.5", None, True, float("nan")])
def test_a_threshold_is_a_number(threshold):
    """Said when the chain is made, not with the first question."""
    with pytest.raises(ConfigError, match="threshold: must be a number"):
        AtLeast(threshold)
