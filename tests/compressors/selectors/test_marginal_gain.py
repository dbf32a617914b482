"""COMI's marginal information gain, worked by hand and as a property."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Budget, Chain, ConfigError
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.marginal_gain import MarginalGain
from excerpt.presets import chain_from_toml
from excerpt.testing import HashEncoder, ask, room
from excerpt.tokens import count_words
from excerpt.values.types import Context, Passage, Units, UnitVectors

# Cosines: the first two 0.96, the third and the first 0, the third and the second 0.28.
VECTORS = np.array([[1.0, 0.0], [0.96, 0.28], [0.0, 1.0]], dtype=np.float32)
TEXTS = ["aa bb", "cc dd", "ee ff"]


def chosen(selector, scores, tokens, passages=1, vectors=VECTORS):
    """What it says of three units of two tokens each, in one passage or in passages of one."""
    texts = [" ".join(TEXTS)] if passages == 1 else TEXTS
    context = Context.start("q", [Passage(text) for text in texts])
    spans = [[(0, 5), (6, 11), (12, 17)]] if passages == 1 else [[(0, 5)]] * 3
    units = Units.of("sentence", spans)
    context = replace(context, embedded=(units, lambda: UnitVectors(vectors)))
    return selector(context, units, np.array(scores), room(tokens)).tolist()


def test_a_hand_worked_example():
    """After the first, the second is worth 0.9 - 0.96 and the third 0.2 - 0: the third is next."""
    assert chosen(MarginalGain(rescale=False), [1.0, 0.9, 0.2], 6) == [0, 2, 1]
    assert chosen(MarginalGain(rescale=False, beta=0.5), [1.0, 0.9, 0.2], 6) == [0, 1, 2]
    assert chosen(MarginalGain(rescale=False, alpha=3.0), [1.0, 0.9, 0.2], 6) == [0, 1, 2]


def test_without_a_budget_what_adds_something_is_kept():
    """The second repeats more than it is worth: 0.9 - 0.96."""
    assert chosen(MarginalGain(rescale=False), [1.0, 0.9, 0.2], None) == [0, 2]


def test_passages_share_the_budget_by_the_gain_of_their_best_unit():
    """Each passage's gain is worth less its likeness to the other best ones: 1 - 0.96, 0.9 - 0.96 and 0.8 - 0.28.

    At a low temperature all of the budget is the third passage's; what it leaves goes to the first.
    """
    gain = MarginalGain(rescale=False, temperature=0.01)
    assert chosen(gain, [1.0, 0.9, 0.8], 4, passages=3) == [2, 0, 1]
    assert chosen(MarginalGain(rescale=False), [1.0, 0.9, 0.8], 4, passages=3) == [0, 2, 1]


def test_scores_of_any_scale_are_brought_to_that_of_cosines():
    """Times a thousand and moved, they give the same order."""
    scores = np.array([1.0, 0.9, 0.2])
    assert chosen(MarginalGain(), 1000 * scores - 50, 6) == chosen(MarginalGain(), scores, 6) == [0, 2, 1]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=12), st.integers(0, 30))
def test_every_unit_is_in_the_order_once_and_beta_0_is_greedy(scores, tokens):
    """The fit skips what is too long, so none may be missing."""
    assert sorted(ask(MarginalGain(), scores, tokens=tokens).tolist()) == list(range(len(scores)))
    assert ask(MarginalGain(beta=0), scores, tokens=tokens).tolist() == best_first(scores).tolist()


def test_nothing_is_encoded_twice():
    """The scorer's vectors are read; each text is encoded once, the question too."""

    class Counting(HashEncoder):
        seen = 0

        def encode(self, texts):
            self.seen += len(texts)
            return super().encode(texts)

    encoder = Counting()
    stage = Extractive("mig", "sentence", EmbeddingSimilarity(encoder), "marginal-gain")
    Chain([stage]).compress("mill", ["The mill turns. Rye is ground. It rains."], budget=8)
    assert encoder.seen == 4


def test_from_toml_with_any_scorer(tmp_path):
    """Two sentences say the same: the second of them gives way to another, which greedy would have dropped."""
    text = "The old mill grinds rye. The old mill also grinds rye. Grain is what an engine in Arden grinds. Bees sleep."
    texts = []
    for selector in ('"greedy"', '{ use = "marginal-gain", beta = 1.0 }'):
        path = tmp_path / "chain.toml"
        path.write_text(f'[[stage]]\nunit = "sentence"\nscorer = "bm25"\nselector = {selector}\n')
        budget = Budget(tokens=13, tokenizer=count_words)
        texts.append(
            chain_from_toml(path).compress("does the old mill in Arden grind rye", [text], budget=budget).text
        )
    assert "also" in texts[0]
    assert "also" not in texts[1]
    assert "engine" in texts[1]


@pytest.mark.parametrize("similarity", ["vectors", "words", "auto"])
def test_units_are_compared_by_vectors_or_by_words(similarity):
    """A scorer without vectors needs words."""
    texts = ["old mill", "old mill too", "rye"]
    selector = MarginalGain(similarity=similarity)
    if similarity == "vectors":
        with pytest.raises(ConfigError, match="has no vectors of units; take 'auto' or 'words'"):
            ask(selector, [3, 2.9, 2], texts, tokens=9)
    else:
        assert ask(selector, [3, 2.5, 2], texts, tokens=9).tolist() in ([0, 2, 1], [0, 1, 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": -1}, "alpha must be a number of at least 0"),
        ({"beta": "1"}, "beta must be a number"),
        ({"temperature": 0}, "temperature must be a number"),
        ({"rescale": 1}, "rescale must be true or false"),
        (
            {"similarity": "bm25"},
            "similarity must be 'auto', 'vectors', 'words' or a scorer that has a vector",
        ),
        ({"similarity": "no-such"}, "there is no 'no-such'"),
    ],
)
def test_wrong_options_are_named(options, message):
    """With what they may be."""
    with pytest.raises(ConfigError, match=message):
        MarginalGain(**options)
