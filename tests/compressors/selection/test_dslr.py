"""DSLR: sentences by a scorer of their own, in the order of the document."""

import pytest

from excerpt import Chain, ConfigError
from excerpt.compressors import Dslr

TEXT = "Bees sleep. The mill burned in 1859. It was rebuilt in 1861. The mill grinds rye. A ferry crosses."
QUERY = "when did the mill burn"


class Marks:
    """A reranker that likes some sentences."""

    name = "marks"

    def score(self, context, units):
        return [
            0.9 if "1861" in text else 0.6 if "mill" in text else 0.1
            for text in units.texts(context.passages)
        ]


def test_what_is_below_the_threshold_goes_and_the_rest_stands_where_it_stood():
    """The best comes second, since it stood there."""
    result = Chain([Dslr(scorer=Marks(), threshold=0.5)]).compress(QUERY, [TEXT])
    assert result.text == "The mill burned in 1859. It was rebuilt in 1861. The mill grinds rye."
    best = Chain([Dslr(scorer=Marks(), threshold=0.9)]).compress(QUERY, [TEXT], budget=12)
    assert best.text == "It was rebuilt in 1861."


def test_the_bundled_scorer_under_a_budget_and_without_one():
    """Half of the tokens where nothing else says how much."""
    assert "burned in 1859" in Chain([Dslr()]).compress(QUERY, [TEXT], budget=12).text
    half = Chain([Dslr()]).compress(QUERY, [TEXT])
    assert 0.3 < half.ratio < 0.6


def test_two_rules_are_refused():
    """And a threshold that is no number."""
    with pytest.raises(ConfigError, match="not both"):
        Dslr(threshold=0.5, selector="greedy")
    with pytest.raises(ConfigError, match="dslr: threshold must be a number"):
        Dslr(threshold="high")
