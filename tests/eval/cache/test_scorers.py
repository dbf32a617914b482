"""Scores that are worked out once."""

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder

from excerpt import Chain
from excerpt.compressors import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.eval.cache.scorers import ScoreCache, cached_scores, stage_key
from excerpt.eval.evaluation import evaluate
from excerpt.models.runtime.disk_cache import DiskCache

PASSAGES = ["Mills grind grain. Sails turn.", "Rain fell. Sails turn."]
ROWS = [{"question": "sails", "passages": PASSAGES, "answers": ["sails"]}]


class Counting(HashEncoder):
    """Counts its calls."""

    calls = 0

    def encode(self, texts):
        Counting.calls += 1
        return super().encode(texts)


@pytest.fixture
def chain():
    """One stage over a counting encoder."""
    Counting.calls = 0
    return Chain([Extractive("similar", "sentence", EmbeddingSimilarity(Counting()))])


def test_a_second_run_asks_no_model(chain, tmp_path):
    """Also for another ratio, in another process as far as the file goes; and keeps the same."""
    kept = []
    for ratios in ([0.5], [0.25, 0.5]):
        with DiskCache(tmp_path / "c") as cache:
            table = evaluate(ROWS, {"c": chain}, ratios, cache=ScoreCache(cache))
        kept.append(table.cells["c", 0.5].scores[0])
    assert Counting.calls == 1
    assert np.array_equal(*kept, equal_nan=True)


def test_remembered_scores_are_the_same(chain):
    """To the last bit, in the same form."""
    cache = ScoreCache(DiskCache(":memory:"))
    wrapped = cached_scores(chain, cache)
    plain = chain.compress("sails", PASSAGES, budget=6)
    for _ in range(2):
        found = wrapped.compress("sails", PASSAGES, budget=6)
        assert found.to_dict() == plain.to_dict()
        scores = [result.context.rankings[0].scores for result in (found, plain)]
        assert scores[0].dtype == scores[1].dtype
        assert np.array_equal(*scores)


@pytest.mark.parametrize(
    ("query", "passages"),
    [("rain", PASSAGES), ("sails", PASSAGES[::-1]), ("sails", [{"text": PASSAGES[0], "title": "Mill"}])],
)
def test_another_question_or_passage_is_scored_anew(chain, query, passages):
    """Whatever the scorer could look at is in the key."""
    wrapped = cached_scores(chain, ScoreCache(DiskCache(":memory:")))
    wrapped.compress("sails", PASSAGES, budget=3)
    cache_of = wrapped.stages[0].scorer.cache
    wrapped.compress(query, passages, budget=3)
    assert len(cache_of.disk) == 2


def test_other_options_have_another_key():
    """Cosine and dot product of the same encoder."""
    keys = {
        stage_key(Chain([Extractive("x", "sentence", EmbeddingSimilarity(HashEncoder(), similarity))]), 0)
        for similarity in ("cosine", "dot", "cosine")
    }
    assert len(keys) == 2


def test_what_was_spared_counts_as_time(chain):
    """The first work's milliseconds are owed again, under the stage's name."""
    cache = ScoreCache(DiskCache(":memory:"))
    wrapped = cached_scores(chain, cache)
    wrapped.compress("sails", PASSAGES, budget=6)
    cache.settle()
    wrapped.compress("sails", PASSAGES, budget=6)
    owed = cache.settle()
    assert list(owed) == ["similar"]
    assert cache.settle() == {}
