"""One encoder pass for each distinct text."""

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder

from excerpt import Chain
from excerpt.compressors import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.eval.cache.encodings import CachedEncoder, VectorCache, cached_encoders

PASSAGES = ["Mills grind grain. Sails turn.", "Rain fell. Sails turn."]


class Counting(HashEncoder):
    """Counts the texts that it is given."""

    seen = 0

    def encode(self, texts):
        self.seen += len(texts)
        return super().encode(texts)


class Plain:
    """A compressor that is not a dataclass, as most named ones."""

    name = "plain"

    def __init__(self, encoder):
        self.scorer = EmbeddingSimilarity(encoder)

    def compress(self, context, room):
        return Extractive(self.name, "sentence", self.scorer).compress(context, room)


def test_each_distinct_text_is_encoded_once():
    """Across calls, with the same vectors."""
    encoder = Counting()
    shared = CachedEncoder(encoder, VectorCache())
    first, second = shared.encode(["a", "b", "a"]), shared.encode(["b", "c"])
    assert encoder.seen == 3
    assert (first[1] == second[0]).all()
    assert (first == HashEncoder().encode(["a", "b", "a"])).all()


def test_no_texts_give_no_vectors():
    """The shape still says how long one would be."""
    assert CachedEncoder(HashEncoder(8), VectorCache()).encode([]).shape == (0, 8)


def test_memory_keeps_encoders_apart():
    """Two encoders may share a cache."""
    cache = VectorCache()
    one, other = (CachedEncoder(HashEncoder(name=name), cache) for name in ("one", "other"))
    assert not np.array_equal(one.encode(["a"]), other.encode(["a"]))


@pytest.mark.parametrize(
    "stage", [Plain, lambda encoder: Extractive("x", "sentence", EmbeddingSimilarity(encoder))]
)
def test_chain_gives_the_same_result_for_less_work(stage):
    """A second ratio costs no encoder pass; the given chain is not changed."""
    encoder = Counting()
    chain = Chain([stage(encoder)])
    shared = cached_encoders(chain, VectorCache())
    results = [shared.compress("What turns?", PASSAGES, budget=ratio).text for ratio in (0.7, 0.4)]
    assert encoder.seen == 4
    assert results == [chain.compress("What turns?", PASSAGES, budget=ratio).text for ratio in (0.7, 0.4)]
    assert encoder.seen > 4


def test_stages_without_an_encoder_are_left_alone():
    """Nothing to keep."""
    chain = Chain(["truncate"])
    assert cached_encoders(chain, VectorCache()).stages == chain.stages
