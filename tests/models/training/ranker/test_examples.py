"""From questions with known evidence to the candidates that a ranker learns from."""

import numpy as np
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.compressors.evidence.links import FEATURES
from excerpt.models.training.ranker.examples import RankingGroup, balanced, ranking_group, thinned

ROW = {
    "question": "Who built the mill?",
    "passages": [
        {"text": "The mill is old. Ada built the mill.", "evidence": [[17, 36]]},
        {"text": "Rye is a grass. It grows."},
    ],
}


def test_sentences_with_evidence_are_relevant():
    """One of four candidates holds the span."""
    group = ranking_group(TokenHashEncoder(), ROW, "row 1")
    assert group.relevance.tolist() == [0, 1, 0, 0]
    assert group.features.shape == (4, len(FEATURES))


def test_rows_without_evidence_teach_nothing():
    """They are passed over."""
    row = {"question": "Who?", "passages": ["Rye is a grass."], "answers": ["nobody"]}
    assert ranking_group(TokenHashEncoder(), row, "row 1") is None


def test_long_questions_are_thinned_and_keep_what_is_relevant():
    """At most 120 candidates and the relevant ones, in source order."""
    features = np.zeros((500, len(FEATURES)), dtype=np.float32)
    features[:, list(FEATURES).index("blend")] = np.arange(500)
    relevant = np.zeros(500, dtype=np.int64)
    relevant[3] = 1
    group = thinned(RankingGroup(features, relevant))
    assert len(group.relevance) <= 121
    assert group.relevance.sum() == 1
    assert group.features[-1, list(FEATURES).index("blend")] == 499


def test_sets_are_balanced():
    """A set ten times as long counts less than three times as much; a weight that a question has counts beside that."""
    one = ranking_group(TokenHashEncoder(), ROW, "row")
    groups = balanced([[one] * 100, [one] * 1000])
    sums = sum(group.weight for group in groups[:100]), sum(group.weight for group in groups[100:])
    assert 1 < sums[1] / sums[0] < 3
    twice = balanced([[one._replace(weight=2.0)] * 100])
    assert twice[0].weight == 2 * groups[0].weight
