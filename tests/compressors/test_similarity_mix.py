"""Sentence and passage similarity together."""

import numpy as np
from fakes.hash_encoder import HashEncoder

from excerpt import Chain
from excerpt.compressors import SimilarityMix
from excerpt.compressors.scorers.mixed import MixedSimilarity
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context, Passage

CONTEXT = Context.start(
    "when does the ferry sail",
    (
        Passage("The ferry is blue. It sails at nine. Tickets are cheap.", id="a"),
        Passage("   ", id="b"),
        Passage("The ferry sails when the tide turns. Gulls follow.", id="c"),
    ),
)


def test_a_sentence_without_its_passage_scores_as_similarity_alone():
    """With no weight on the passage the two scorers agree."""
    units = split("sentence", CONTEXT)
    alone = EmbeddingSimilarity(HashEncoder()).score(CONTEXT, units)
    assert np.array_equal(MixedSimilarity(HashEncoder(), 0.0).score(CONTEXT, units), alone.astype(np.float64))


def test_the_passage_moves_all_of_its_sentences_alike():
    """What is added is one number a passage: its own cosine."""
    units = split("sentence", CONTEXT)
    added = MixedSimilarity(HashEncoder(), 1.0).score(CONTEXT, units) - MixedSimilarity(
        HashEncoder(), 0.0
    ).score(CONTEXT, units)
    passages = EmbeddingSimilarity(HashEncoder()).score(CONTEXT, split("passage", CONTEXT))
    assert np.allclose(added, [passages[0]] * 3 + [passages[1]] * 2, atol=1e-6)


def test_the_budget_goes_to_the_best_sum():
    """The compressor keeps the sentence whose sum is highest first."""
    units = split("sentence", CONTEXT)
    best = int(np.argmax(MixedSimilarity(HashEncoder()).score(CONTEXT, units)))
    expected = units.texts(CONTEXT.passages)[best]
    kept = Chain([SimilarityMix(HashEncoder())]).compress(CONTEXT.query, CONTEXT.passages, budget=10)
    assert expected in kept.text
