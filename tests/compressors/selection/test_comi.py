"""COMI's two levels on text, worked by hand."""

import numpy as np

from excerpt import Budget, Chain
from excerpt.compressors import COMI
from excerpt.tokens import count_words

PASSAGES = ["a1 a1. a2 a2.", "b1 b1.", "c1 c1. c2 c2."]


class Placed:
    """An encoder that puts the texts it knows where it is told to, and all others at right angles to them."""

    name = fingerprint = "placed"
    dim = 3
    max_tokens = 99
    places = {  # noqa: RUF012 - read only
        "q": (1.0, 0.0, 0.0),
        "a1 a1.": (0.8, 0.6, 0.0),
        "a2 a2.": (0.6, 0.8, 0.0),
        "b1 b1.": (0.7, 0.714, 0.0),
        "c1 c1.": (0.6, 0.0, 0.8),
        "c2 c2.": (0.0, 0.0, 1.0),
    }

    def encode(self, texts):
        return np.array([self.places[text] for text in texts], dtype=np.float32).reshape(-1, 3)


def test_the_budget_goes_to_the_passages_that_add_most():
    """Best sentences: a1 0.8, b1 0.7, c1 0.6; the first two are 0.99 alike, c1 and a1 0.48, c1 and b1 0.42.

    Gains are 0.8 - 0.99, 0.7 - 0.99 and 0.6 - 0.48: at a low temperature all of the budget is the third passage's.
    Sentence by sentence, a1 is first; then c1 adds 0.6 - 0.48 and each of the others less than nothing.
    """
    budget = Budget(tokens=4, tokenizer=count_words)
    coarse = Chain([COMI(Placed(), temperature=1e-4)]).compress("q", PASSAGES, budget=budget)
    assert [kept.text for kept in coarse.passages] == ["", "", "c1 c1. c2 c2."]
    fine = Chain([COMI(Placed(), selector="marginal-gain")]).compress("q", PASSAGES, budget=budget)
    assert [kept.text for kept in fine.passages] == ["a1 a1.", "", "c1 c1."]


def test_an_even_temperature_spreads_the_budget():
    """Three equal shares of six tokens buy a sentence in each passage."""
    budget = Budget(tokens=6, tokenizer=count_words)
    result = Chain([COMI(Placed(), temperature=100.0)]).compress("q", PASSAGES, budget=budget)
    assert [kept.text for kept in result.passages] == ["a1 a1.", "b1 b1.", "c1 c1."]
