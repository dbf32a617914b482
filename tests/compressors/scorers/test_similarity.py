"""Scorers without training."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import ConfigError, Context, InputError, Passage
from excerpt.compressors.scorers.bm25 import Bm25
from excerpt.compressors.scorers.given import GivenScores
from excerpt.compressors.scorers.order import Position, RandomOrder
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.units.splitting import split

TEXTS = ["Bees sleep in winter.", "The mill grinds rye and oats.", "A mill needs water. Water is cold."]


class Letters:
    """An encoder whose vectors are counts of letters: similarity can be computed by hand."""

    def encode(self, texts, *, check=None):
        return np.array(
            [[text.lower().count(c) for c in "abcdefghijklmnopqrstuvwxyz"] for text in texts], np.float32
        )


def context(texts=TEXTS, query="which mill grinds rye", **more):
    return Context.start(query, [Passage(text, **more) for text in texts])


def test_bm25_ranks_by_the_words_of_the_question():
    """The sentence with all of them first, one without any at zero."""
    start = context()
    scores = Bm25().score(start, split("sentence", start))
    assert scores.argmax() == 1
    assert scores[0] == 0


def test_bm25_agrees_with_its_formula():
    """Lucene's form, by hand, for one term."""
    start = context(["mill", "mill mill rye", "rye"], "mill")
    scores = Bm25(k1=1.0, b=0.5).score(start, split("passage", start))
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    lengths = np.array([1, 3]) / (5 / 3)
    expected = idf * np.array([1, 2]) / (np.array([1, 2]) + 0.5 + 0.5 * lengths)
    np.testing.assert_allclose(scores, [*expected, 0], rtol=1e-5)


@pytest.mark.parametrize("query", ["zzz", "?!", "的"])
def test_bm25_without_a_common_word_is_all_zeros(query):
    """No error, no order."""
    start = context(query=query)
    assert not Bm25().score(start, split("sentence", start)).any()


def test_bm25_matches_chinese():
    """Single characters are terms."""
    start = context(["猫在睡觉。", "磨坊磨黑麦。"], "磨坊在哪里")
    assert Bm25().score(start, split("sentence", start)).argmax() == 1


def test_similarity_is_the_dot_product_or_the_cosine():
    """Of question and unit, with the title where asked for."""
    start = context(["ab", "aab"], "ab", title="b")
    units = split("passage", start)
    assert EmbeddingSimilarity(Letters(), "dot").score(start, units).tolist() == [2, 3]
    cosine = EmbeddingSimilarity(Letters()).score(start, units)
    np.testing.assert_allclose(cosine, [1, 3 / np.sqrt(10)], rtol=1e-6)
    assert EmbeddingSimilarity(Letters(), "dot", titles=True).score(start, units).tolist() == [3, 4]


def test_another_similarity_is_refused():
    """It would be the dot product in silence."""
    with pytest.raises(ConfigError, match=r"similarity: must be .* got 'euclid'"):
        EmbeddingSimilarity(Letters(), "euclid")


@settings(deadline=None)
@given(st.lists(st.text("ab cd", max_size=8), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_similarity_does_not_depend_on_the_other_units(texts, random):
    """The same bits whatever stands beside it: ties and fits must not depend on batch mates."""
    scorer = EmbeddingSimilarity(Letters())
    full = context(["x", *texts])
    scores = scorer.score(full, split("passage", full))
    order = list(range(len(texts) + 1))
    random.shuffle(order)
    other = context([["x", *texts][index] for index in order])
    again = dict(zip(other.passages, scorer.score(other, split("passage", other)), strict=False))
    for unit, score in zip(split("passage", full).passage.tolist(), scores, strict=True):
        text = full.passages[unit]
        if text.text.strip() and all(p.text.strip() for p in full.passages):
            assert again[text] == score


def test_given_scores_are_read_from_the_metadata():
    """Each unit has its passage's number; a missing one is named."""
    start = Context.start(
        "q", [Passage("a. b", metadata={"score": 2}), Passage("c", metadata={"score": 0.5})]
    )
    assert GivenScores().score(start, split("passage", start)).tolist() == [2, 0.5]
    with pytest.raises(InputError, match=r"passages\[0\].metadata\['rank'\]: expected a number, got None"):
        GivenScores("rank").score(start, split("passage", start))


def test_position_and_random_order():
    """One falls, the other is the same every time."""
    start = context()
    units = split("sentence", start)
    assert (np.diff(Position().score(start, units)) < 0).all()
    first, again = RandomOrder(1).score(start, units), RandomOrder(1).score(start, units)
    assert first.tolist() == again.tolist() != RandomOrder(2).score(start, units).tolist()
