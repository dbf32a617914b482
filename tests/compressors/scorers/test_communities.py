"""Topics and their representatives, worked by hand and as a property."""

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Budget, Chain, ConfigError
from excerpt.compressors import SemanticCompression
from excerpt.compressors.scorers.communities import Communities, edges_of
from excerpt.tokens import count_words

# Three sentences of one subject, the middle one in its middle; two of another.
VECTORS = np.array([[1, 0, 0], [0.96, 0.28, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0.28, 0.96]], dtype=np.float32)


def test_values_by_hand():
    """Topics of three and two; in the first, sums of cosines are 2.76, 2.896 and 2.736 with the sentence itself."""
    values = Communities(HashEncoder()).values(VECTORS)
    assert values.tolist() == [3 / 2, 3.0, 1.0, 2.0, 1.0]


def test_edges_are_mutual_neighbours_and_the_next_sentence():
    """With one nearest each: 0 and 1 are each other's; 2's is 1, which has 0. Next sentences are joined anyway."""
    wide = VECTORS.astype(float)
    edges = {(a, b): weight for a, b, weight in edges_of(wide @ wide.T, 1)}
    assert set(edges) == {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert edges[2, 3] == 0.05  # at right angles


@given(st.integers(0, 12), st.integers(0, 99))
@settings(max_examples=25)
def test_each_topic_is_counted_out(count, seed):
    """Every community of size s has the values s, s/2, ..., 1; the same vectors give the same."""
    vectors = np.random.default_rng(seed).standard_normal((count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    values = Communities(HashEncoder()).values(vectors)
    assert values.tolist() == Communities(HashEncoder()).values(vectors).tolist()
    assert np.count_nonzero(values == 1.0) >= len({value for value in values.tolist() if value > 1}) / max(
        count, 1
    )
    assert values.sum() == pytest.approx(
        sum(size * sum(1 / r for r in range(1, size + 1)) for size in sizes(values))
    )


def sizes(values):
    """Of the communities: each size s stands among the values as s / 1."""
    left = sorted(values.tolist(), reverse=True)
    found = []
    while left:
        size = round(left[0])
        found.append(size)
        for r in range(1, size + 1):
            left.remove(size / r)
    return found


def test_a_budget_is_shared_among_topics():
    """The question is not read; of two passages each topic's best sentence comes first."""
    texts = ["mills grind rye. mills grind rye well. mills grind rye daily. bees sleep.", "oats grow."]
    budget = Budget(tokens=7, tokenizer=count_words)
    one, other = (
        Chain([SemanticCompression(HashEncoder())]).compress(question, texts, budget=budget)
        for question in ("bees", "oats")
    )
    assert one.text == other.text
    assert "mills" in one.text
    assert not Chain([SemanticCompression(HashEncoder())]).needs_query


def test_wrong_options_are_named():
    """With what they may be."""
    with pytest.raises(ConfigError, match="nearest must be a whole number of at least 1"):
        Communities(HashEncoder(), 0)
    with pytest.raises(ConfigError, match="resolution must be a number"):
        Communities(HashEncoder(), 5, 0)
