import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder

from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.units.splitting import split
from excerpt.compressors.vectors.encoders import of_queries
from excerpt.eval.cache.encodings import CachedEncoder, VectorCache
from excerpt.models import load_encoder
from excerpt.retrievers.dense.encoding import query_vector
from excerpt.values.types import Context, Passage
from excerpt.values.vectors import unit_rows

BARE = load_encoder()
PREFIXED = BARE.with_prefixes("query: ", "passage: ")
ASKED, TEXTS = "Who built the mill?", ["Ada Brenn built it.", "Rye is a grass."]


@pytest.mark.parametrize("encoder", [PREFIXED, CachedEncoder(PREFIXED, VectorCache())])
def test_question_and_units_are_read_behind_their_own_prefixes(encoder):
    """By the similarity scorer, with and without a cache, and by an index."""
    context = Context.start(ASKED, [Passage(text=text) for text in TEXTS])
    scores = EmbeddingSimilarity(encoder).score(context, split("sentence", context))
    vectors = unit_rows(BARE.encode([f"query: {ASKED}", *(f"passage: {text}" for text in TEXTS)]))
    np.testing.assert_allclose(scores, vectors[1:] @ vectors[0], atol=1e-6)
    np.testing.assert_allclose(query_vector(encoder, ASKED), vectors[0], atol=1e-6)


def test_an_encoder_without_prefixes_reads_both_alike():
    """A foreign one, which knows nothing of them, too."""
    foreign = HashEncoder()
    assert of_queries(foreign) is foreign
    assert of_queries(BARE) is BARE
