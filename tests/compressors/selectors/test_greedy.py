"""Best score first."""

import pytest

from excerpt import Chain, ConfigError
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.selectors.greedy import Greedy, best_first
from excerpt.compressors.selectors.top_n import TopN
from excerpt.testing import ask


def test_every_unit_may_be_bought():
    """The budget alone decides."""
    assert ask(Greedy(), [3, 1, 2]).all()
    assert best_first([1, 3, 3, 2]).tolist() == [1, 2, 3, 0]


def test_without_a_budget_another_rule_decides():
    """And only then."""
    greedy = Greedy(without_budget={"use": "top-n", "n": 1})
    assert ask(greedy, [3, 1, 2]).tolist() == [True, False, False]
    assert ask(greedy, [3, 1, 2], tokens=2).all()
    assert Greedy(TopN(1)) == greedy


def test_the_other_rule_must_be_a_selector():
    """By name, as a table, or one."""
    with pytest.raises(ConfigError, match=r"without_budget.*there is no 'best'"):
        Greedy("best")
    with pytest.raises(ConfigError, match="greedy: without_budget must be a selector"):
        Greedy(3)


@pytest.mark.parametrize("given", [TopN, 5])
def test_a_stage_says_what_is_no_selector(given):
    """A class is none: its options are missing."""
    with pytest.raises(ConfigError, match="is not a selector"):
        Extractive("x", "sentence", "bm25", given)


def test_an_order_decides_what_is_bought():
    """Whatever the scores say, the last unit comes first; what it leaves goes to the next in the order."""

    def backwards(context, units, scores, room):
        return list(range(len(units)))[::-1]

    text = "One mill. Two mills. Three old mills."
    stage = Extractive("back", "sentence", "position", backwards)
    assert Chain([stage]).compress("q", [text], budget=5).text == "Three old mills."
