"""The evidence ranker as a compressor."""

import json
import shutil

import numpy as np
import pytest
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt import Budget, Chain
from excerpt.compressors.evidence.links import FEATURES
from excerpt.compressors.evidence_ranker import EvidenceRanker
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker, load_ranker_head
from excerpt.compressors.units.splitting import split
from excerpt.errors import ModelError
from excerpt.models import load_encoder
from excerpt.models.directories import find_directory
from excerpt.models.training.ranker.examples import RankingGroup
from excerpt.models.training.ranker.trees import TreeSettings, train_trees
from excerpt.values.types import Context, Passage, Units

PASSAGES = (
    Passage(
        "The Karsk mill stands on a hill. It was built by Ada Brenn. Tourists like it.", title="Karsk mill"
    ),
    Passage("Rye is a grass. It grows on poor soil. Bread is made of it.", title="Rye"),
    Passage("Ada Brenn was born in Torvik. She painted boats. She had two dogs.", title="Ada Brenn"),
)
QUESTION = "Where was the builder of the Karsk mill born?"


@pytest.fixture(scope="module")
def ranker():
    """The bundled one."""
    return EvidenceRanker()


def test_follows_the_second_hop(ranker):
    """The bridge and the sentence it leads to are kept, the rest is not."""
    kept = Chain([ranker]).compress(QUESTION, PASSAGES, budget=Budget(ratio=0.5))
    assert "Karsk" in kept.text
    assert "born in Torvik" in kept.text
    assert "grass" not in kept.text


def test_scores_do_not_depend_on_other_calls(ranker):
    """The same context has the same scores, whatever was scored before."""
    context = Context.start(QUESTION, PASSAGES)
    units = split("sentence", context)
    first = ranker.scorer.score(context, units)
    ranker.scorer.score(
        Context.start("who painted", PASSAGES[:1]), split("sentence", Context.start("", PASSAGES[:1]))
    )
    assert np.array_equal(ranker.scorer.score(context, units), first)


def test_stored_signals_give_the_same_scores(ranker):
    """What was computed when the corpus was indexed serves the question bit for bit."""
    context = Context.start(QUESTION, PASSAGES)
    units = split("sentence", context)
    stored = [ranker.scorer.signals([passage])[0] for passage in PASSAGES]
    assert np.array_equal(ranker.scorer.rank(QUESTION, stored, units), ranker.scorer.score(context, units))


def test_only_passages_with_candidates_are_encoded():
    """Passages that an earlier stage dropped cost nothing."""
    encoder = TokenHashEncoder()
    scorer = EvidenceScore(encoder, load_ranker("evidence-ranker"))
    context = Context.start(QUESTION, PASSAGES).narrow([(), ((0, 15),), ()])
    scorer.score(context, split("sentence", context))
    assert [text for text in encoder.seen if "Karsk mill stands" in text] == []


def test_no_candidates_no_scores(ranker):
    """An empty context is no error."""
    units = Units.of("sentence", [[]])
    assert len(ranker.scorer.score(Context.start("q", [Passage("")]), units)) == 0
    assert len(ranker.scorer.rank("q", [], units)) == 0


def test_longer_candidates_cost_more():
    """With a weight on tokens the same worth in more tokens scores lower."""
    encoder, trees = TokenHashEncoder(), load_ranker("evidence-ranker")
    context = Context.start(QUESTION, PASSAGES)
    units = split("sentence", context)
    plain = EvidenceScore(encoder, trees, token_cost_weight=0.0).score(context, units)
    weighted = EvidenceScore(encoder, trees, token_cost_weight=1.0).score(context, units)
    words = [len(text.split()) for text in units.texts(PASSAGES)]
    assert np.allclose(plain - weighted, np.log(words))


def test_other_passages_in_other_languages(ranker):
    """Texts without titles, spaces or English are ranked too."""
    passages = ["磨坊在河边。它很老。", "Die Mühle steht am Fluss. Sie ist alt.", "x = 1\ny = 2\n"]
    kept = Chain([ranker]).compress("Wo steht die Mühle?", passages, budget=Budget(ratio=0.4))
    assert "Mühle" in kept.text


def test_a_ranker_of_other_features_is_refused(tmp_path):
    """Trees over other columns would give nonsense."""
    names = [*list(FEATURES)[:-1], "other"]
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(40, len(names))).astype(np.float32)
    group = RankingGroup(rows, (rows[:, 0] > 1).astype(np.int64))
    train_trees([group], names, TreeSettings(rounds=2, min_rows=2)).save(tmp_path / "ranker.onnx")
    with pytest.raises(ModelError, match="train it again"):
        load_ranker(tmp_path)


def test_fingerprint_follows_the_encoder():
    """Signals stored with another encoder are not taken for ours."""
    trees = load_ranker("evidence-ranker")
    one, other = TokenHashEncoder(), TokenHashEncoder(dim=16)
    other.fingerprint = "another"
    assert EvidenceScore(one, trees).fingerprint != EvidenceScore(other, trees).fingerprint


class Halves:
    """A head that keeps the first half of each state."""

    fingerprint = "halves"

    def read(self, states):
        """Half of each."""
        return states[:, : states.shape[1] // 2]


def test_a_head_makes_the_token_vectors_shorter():
    """Of no tokens too, so that every passage's columns have the same width."""
    scorer = EvidenceScore(TokenHashEncoder(dim=32), load_ranker("evidence-ranker"), Halves())
    signals = scorer.signals([*PASSAGES, Passage("")])
    assert [one.tokens.shape[1] for one in signals] == [16] * 4
    assert [one.means.shape[1] for one in signals] == [32] * 4
    assert len(signals[0].norm) == 0


def test_signals_of_another_head_are_not_taken_for_ours():
    """With a head, without, and with another."""
    encoder, trees, other = TokenHashEncoder(), load_ranker("evidence-ranker"), Halves()
    other.fingerprint = "other halves"
    scorers = [EvidenceScore(encoder, trees, head) for head in (None, Halves(), other)]
    assert len({scorer.fingerprint for scorer in scorers}) == 3


@pytest.mark.parametrize("model", ["evidence-ranker", "evidence-ranker-compact"])
def test_pieces_and_joined_sentences_have_a_place_too(model):
    """A candidate that is a part of a sentence, and one that goes over two."""
    scorer = EvidenceRanker(model).scorer
    units = Units.of("sentence", [[(0, 14), (15, 58)], [(0, 15)], [(0, 30)]])
    scores = scorer.score(Context.start(QUESTION, PASSAGES), units)
    assert np.isfinite(scores).all()
    assert scores[2] < max(scores[[0, 1, 3]])


def test_the_compact_ranker_follows_the_second_hop():
    """With the head that its card names, and smaller signals."""
    compact, full = EvidenceRanker("evidence-ranker-compact"), EvidenceRanker()
    kept = Chain([compact]).compress(QUESTION, PASSAGES, budget=Budget(ratio=0.5))
    assert "born in Torvik" in kept.text
    sizes = [
        sum(
            column.nbytes for column in ranker.scorer.columns(ranker.scorer.signals(PASSAGES[:1])[0]).values()
        )
        for ranker in (compact, full)
    ]
    assert sizes[0] < sizes[1] / 2


def test_another_encoder_than_the_trained_one_is_refused(tmp_path):
    """Where the card says which it was; an older card does not."""
    shutil.copy(find_directory("evidence-ranker") / "ranker.onnx", tmp_path)
    card = {"encoder": "my-encoder", "encoder_fingerprint": "0" * 64}
    (tmp_path / "ranker.json").write_text(json.dumps(card))
    with pytest.raises(
        ModelError, match="on what the encoder my-encoder makes, and this is all-MiniLM-L6-v2"
    ):
        EvidenceRanker(str(tmp_path))
    (tmp_path / "ranker.json").write_text(
        json.dumps(card | {"encoder_fingerprint": load_encoder().fingerprint})
    )
    EvidenceRanker(str(tmp_path))


def test_a_head_of_another_encoder_is_refused(tmp_path):
    """The card of the ranker names it; the message names both."""
    bundled = find_directory("evidence-ranker-compact")
    shutil.copy(bundled / "ranker.onnx", tmp_path)
    (tmp_path / "ranker.json").write_text('{"late_interaction": "all-MiniLM-L6-v2"}')
    with pytest.raises(ModelError, match="is a model of its own, not a head"):
        EvidenceRanker(str(tmp_path))
    (tmp_path / "ranker.json").write_text('{"late_interaction": "excerpt-late-interaction"}')
    with pytest.raises(ModelError, match="was trained on the states of all-MiniLM-L6-v2"):
        load_ranker_head(tmp_path, load_encoder(max_tokens=64))
