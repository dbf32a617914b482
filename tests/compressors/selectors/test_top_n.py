"""The ``n`` best."""

import pytest

from excerpt import ConfigError
from excerpt.compressors.selectors.top_n import TopN
from excerpt.testing import ask


def test_ties_go_to_the_earlier_unit():
    """Two of three, the second of two equals stays out."""
    assert ask(TopN(2), [0.5, 0.7, 0.5]).tolist() == [True, True, False]


@pytest.mark.parametrize("n", [0, 1.5, "2", True, None])
def test_a_count_is_a_whole_number(n):
    """Half a unit is none."""
    with pytest.raises(ConfigError, match="top-n: n must be a whole number of at least 1, got"):
        TopN(n)
