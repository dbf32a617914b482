"""Stored orders of sentences, worked by hand and as a property."""

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Chain, ConfigError
from excerpt.compressors import ACCRAG
from excerpt.compressors.scorers.centrality_order import CentralityOrder
from excerpt.compressors.units.splitting import split
from excerpt.testing import MemoryStore
from excerpt.values.types import Context, Passage

# Two sentences of one subject, one between two subjects, one of another.
VECTORS = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
WORDS = ["mill", "rye", "oats", "bees", "hive", "honey"]


def test_an_order_by_hand():
    """The third covers 0.6 + 0.6 + 1 + 0.8; then the first adds 0.4 twice and the fourth 0.2; the second nothing new.

    Values are minus the logarithm of the place.
    """
    values = CentralityOrder(HashEncoder()).values(VECTORS)
    assert values.tolist() == [-1.0, -2.0, 0.0, -np.log2(3)]
    assert CentralityOrder(HashEncoder()).values(VECTORS[:0]).tolist() == []


def test_passages_by_relevance_and_depth():
    """Two passages of two sentences; the second is better. A doubling of depth counts for less than the passage, or
    more."""
    context = Context.start("x", [Passage("One a. Two b."), Passage("Three x. Four c.")])
    units = split("sentence", context)
    for decay, best in ((0.5, [1, 0.5, 0, -0.5]), (2.0, [1, 0, -1, -2])):
        scores = CentralityOrder(HashEncoder(), decay, "bm25").score(context, units)
        assert sorted(scores.tolist(), reverse=True) == best
        assert set(np.argsort(-scores)[:1].tolist()) <= {2, 3}


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=1, max_size=9),
    st.integers(1, 9),
)
@settings(max_examples=25)
def test_what_is_kept_is_a_beginning_of_each_order(sentences, count):
    """Whatever the amount: the kept sentences of a passage come before the others in its stored order."""
    passages = [
        Passage(" ".join(f"{' '.join(words)}." for words in part)) for part in (sentences, sentences[::2])
    ]
    context = Context.start("mill", passages)
    scorer = CentralityOrder(HashEncoder(), 0.5, "bm25")
    units = split("sentence", context)
    kept = np.argsort(-scorer.score(context, units), kind="stable")[:count]
    for index, columns in enumerate(scorer.signals(passages)):
        mine = np.flatnonzero(units.passage == index)
        values = columns["value"]
        assert len(values) == len(mine)
        inside = np.isin(mine, kept)
        if inside.any() and not inside.all():
            assert values[inside].min() >= values[~inside].max()


def test_units_of_another_kind_take_the_best_sentence_they_touch():
    """A passage is worth its first sentence of the order; a word what its sentence is."""
    context = Context.start("x", [Passage("Mills grind rye. Bees sleep. Rye is ground by mills.")])
    scorer = CentralityOrder(HashEncoder())
    sentences = scorer.score(context, split("sentence", context))
    assert scorer.score(context, split("passage", context)).tolist() == [sentences.max()]
    words = split("word", context)
    of = np.searchsorted(split("sentence", context).end, words.start, side="right")
    assert scorer.score(context, words).tolist() == sentences[of].tolist()


def test_stored_orders_encode_nothing():
    """ACC-RAG keeps the same with an index, and its encoder is not asked."""
    passages = [
        Passage("The mill turns. Rye is ground. It rains.", id="a"),
        Passage("Bees sleep. Oats grow.", id="b"),
    ]

    class Broken(HashEncoder):
        def encode(self, texts):
            raise AssertionError(texts)

    store = MemoryStore([CentralityOrder(HashEncoder())], passages)
    asked = Chain([ACCRAG(Broken())]).compress("mill", passages, budget=12, stored=store)
    assert asked.text == Chain([ACCRAG(HashEncoder())]).compress("mill", passages, budget=12).text
    assert asked.report.stages[0].stored["centrality-order"] == (2, 2)


def test_a_long_passage_is_several_blocks():
    """Each begins an order of its own: time grows with the length, not with its square."""
    scorer = CentralityOrder(HashEncoder())
    (columns,) = scorer.signals([Passage(" ".join(f"Mill {number} turns." for number in range(600)))])
    assert np.count_nonzero(columns["value"] == 0) == 2


def test_wrong_options_are_named():
    """With what they may be."""
    with pytest.raises(ConfigError, match="decay must be a number of at least 0"):
        CentralityOrder(HashEncoder(), -1)
    with pytest.raises(ConfigError, match="centrality-order: by must be a scorer"):
        CentralityOrder(HashEncoder(), by=3)
