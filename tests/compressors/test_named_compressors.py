"""AdaptiveK, RecompExtractive and the baselines, with the bundled encoder."""

import numpy as np
import pytest

from excerpt import Chain, ConfigError, ModelError
from excerpt.compressors import (
    AdaptiveK,
    LargestGap,
    LateInteraction,
    PassageSimilarity,
    RecompExtractive,
    Truncate,
)
from excerpt.compressors.scorers.given import GivenScores
from excerpt.models import load_encoder

FERRY = "The ferry crosses twice a day. A ticket costs 14.50 for adults. Dogs travel free of charge."
PASSAGES = [
    {"title": "Bees", "text": "Bees sleep in winter. A hive weighs as much as a child."},
    {"title": "Ferry", "text": FERRY},
    {"title": "Mill", "text": "The mill grinds rye. It stands by the river."},
    {"title": "Museum", "text": "The museum shows lamps. It is closed on Tuesdays."},
]
QUERY = "how much is a ticket for the ferry"


def test_adaptive_k_keeps_whole_passages_before_the_gap():
    """Without a budget its own rule decides."""
    result = Chain([AdaptiveK(gap={"buffer": 0})]).compress(QUERY, PASSAGES)
    assert result.text == FERRY
    assert [bool(kept.spans) for kept in result.passages] == [False, True, False, False]


def test_adaptive_k_takes_scores_from_elsewhere():
    """No model is loaded for it."""
    ranked = [{**p, "score": s} for p, s in zip(PASSAGES, (0.1, 0.2, 0.9, 0.15), strict=True)]
    chain = Chain([AdaptiveK(scorer=GivenScores(), gap=LargestGap(buffer=0))])
    assert chain.compress(QUERY, ranked).text == PASSAGES[2]["text"]


def test_adaptive_k_before_others_is_not_limited_by_the_budget():
    """It decides which passages; the budget is for the stage behind it."""
    result = Chain([AdaptiveK(gap={"buffer": 1}), RecompExtractive()]).compress(QUERY, PASSAGES, budget=12)
    first, last = result.report.stages
    assert first.tokens_out > 12 >= last.tokens_out


def test_recomp_keeps_the_nearest_sentence():
    """One without a budget, as the paper does for single-hop questions."""
    result = Chain([RecompExtractive()]).compress(QUERY, PASSAGES)
    assert result.text == "A ticket costs 14.50 for adults."


def test_recomp_fills_a_budget():
    """Best sentences that fit, in the order of the document."""
    result = Chain([RecompExtractive()]).compress(QUERY, PASSAGES, budget=24)
    assert result.text.startswith("The ferry crosses twice a day. A ticket costs 14.50 for adults.")


def test_recomp_by_number_and_by_threshold():
    """Both limit what the budget may choose from."""
    two = Chain([RecompExtractive(top_n=2)]).compress(QUERY, PASSAGES, budget=500)
    assert two.report.passed_through == "fits"
    two = Chain([RecompExtractive(top_n=2)]).compress(QUERY, PASSAGES, budget=40)
    assert sum(map(len, (kept.spans for kept in two.passages))) <= 2
    none = Chain([RecompExtractive(threshold=2.0)]).compress(QUERY, PASSAGES, budget=40)
    assert none.text == ""
    assert "found nothing worth keeping of 4 passages" in none.report.warnings[0]


def test_recomp_scores_are_the_cosine_of_separately_encoded_texts():
    """Against the encoder itself."""
    stage = RecompExtractive(titles=False)
    result = Chain([stage]).compress(QUERY, PASSAGES, budget=30)
    ranking = result.context.rankings[-1]
    texts = ranking.units.texts(result.context.passages)
    vectors = stage.scorer.encoder.encode([QUERY, *texts])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(ranking.scores, vectors[1:] @ vectors[0], atol=1e-6)


def test_passage_similarity_and_truncation_keep_what_they_say():
    """Whole passages by similarity; sentences from the front."""
    assert Chain([PassageSimilarity()]).compress(QUERY, PASSAGES, budget=25).text == FERRY
    assert Chain([Truncate()]).compress(QUERY, PASSAGES, budget=5).text == "Bees sleep in winter."


def test_the_same_bytes_alone_and_in_a_batch_with_a_model():
    """Quantized activations are scaled over one sequence, never over its neighbours."""
    chain = Chain([RecompExtractive()])
    queries = [QUERY, "who sleeps in winter", "what is closed"] * 3
    batch = chain.compress_batch(queries, [PASSAGES] * 9, budget=14)
    single = [chain.compress(query, PASSAGES, budget=14) for query in queries]
    for one, other in zip(batch, single, strict=True):
        assert one.to_dict() == other.to_dict()
        assert one.context.rankings[-1].scores.tobytes() == other.context.rankings[-1].scores.tobytes()


def test_a_repeated_sentence_comes_last():
    """Overlapping chunks do not fill the budget with the same words."""
    texts = ["The mill grinds rye. It stands by the river."] * 3
    result = Chain([RecompExtractive()]).compress("what does the mill grind", texts, budget=12)
    assert result.text == texts[0]
    more = Chain([RecompExtractive()]).compress("what does the mill grind", texts, budget=19)
    assert more.text == f"{texts[0]}\n\nThe mill grinds rye."


def test_wrong_options_are_refused():
    """Before a model is loaded, where that is possible."""
    with pytest.raises(ConfigError, match="is not a scorer"):
        AdaptiveK(scorer=GivenScores)
    with pytest.raises(ConfigError, match="model: must be a name, a directory or an encoder, got 5"):
        LateInteraction(5)
    with pytest.raises(ConfigError, match="not both"):
        RecompExtractive(top_n=1, threshold=0.5)
    with pytest.raises(ModelError, match="no-such-model"):
        RecompExtractive("no-such-model-anywhere")


@pytest.mark.parametrize(
    ("stage", "model"), [(LateInteraction, "excerpt-recomp"), (RecompExtractive, "excerpt-late-interaction")]
)
def test_a_head_for_another_compressor_is_refused(stage, model):
    """Its vectors mean something else; by name as by an encoder that is loaded already."""
    for given in (model, load_encoder(model)):
        with pytest.raises(
            ModelError, match=rf"{model} is a head for the compressor .* as one for {stage.name}"
        ):
            stage(given)
    assert RecompExtractive("excerpt-recomp").scorer.encoder.name == "excerpt-recomp"
