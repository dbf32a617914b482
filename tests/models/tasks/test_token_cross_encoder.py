import numpy as np
import pytest
from fakes.tiny_token_classifiers import make_wordpiece, texts
from fakes.tiny_token_cross_encoders import make_token_cross_encoder

from excerpt.errors import ModelError
from excerpt.models.export.checkpoint import export_model
from excerpt.models.registry import load, load_token_cross_encoder
from excerpt.models.tasks.pair_windows import (
    PairWindow,
    between_sentences,
)
from excerpt.models.tasks.token_cross_encoder import PairScores

QUESTION = "Who sold 1,250 sacks"
TEXT = "The miller sold barley. Dr. Okafor measured 1,250 sacks. She lost the old sluice. Our café."
SENTENCES = [(0, 23), (24, 56), (57, 81), (82, 91)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return make_token_cross_encoder(tmp_path_factory.mktemp("pairs") / "tiny")


@pytest.fixture(scope="module")
def exported(checkpoint, tmp_path_factory):
    target = tmp_path_factory.mktemp("exported") / "pairs"
    export_model(checkpoint, target, task="token-cross-encoder")
    return target


@pytest.fixture(scope="module")
def cross_encoder(exported):
    return load_token_cross_encoder(exported, threads=2)


def score(cross_encoder, passages, cut=None):
    return cross_encoder.score(QUESTION, passages, [cut or between_sentences(SENTENCES)] * len(passages))


def test_the_export_says_what_torch_says(checkpoint, cross_encoder):
    """Segments of shared tokens included."""
    theirs, ours = (
        score(one, [("Mill", TEXT)])[0] for one in (load(checkpoint, "token-cross-encoder"), cross_encoder)
    )
    for left, right in zip(ours.logits, theirs.logits, strict=True):
        assert left == pytest.approx(right, abs=1e-4)


def test_scores_do_not_depend_on_its_neighbours(cross_encoder):
    """Alone, among others, and on several threads: the same bytes."""
    others = [("", text) for text in texts(7)]
    alone = score(cross_encoder, [("Mill", TEXT)])[0]
    among = score(cross_encoder, [*others, ("Mill", TEXT)])[-1]
    assert [part.tobytes() for part in alone.logits] == [part.tobytes() for part in among.logits]


def test_every_token_of_a_long_passage_is_read(cross_encoder):
    """In windows of at most the model's length, one behind the other."""
    text = " ".join([TEXT] * 6)
    scores = score(
        cross_encoder, [("Mill", text)], between_sentences([(0, 91), (92, 183), (184, len(text))])
    )[0]
    assert len(scores.windows) > 1
    assert [one.begin for one in scores.windows[1:]] == [one.end for one in scores.windows[:-1]]
    assert scores.windows[-1].end == len(scores.offsets)
    assert max(len(one.ids) for one in scores.windows) <= cross_encoder.max_tokens
    assert (scores.keep > 0).all()


def test_a_passage_without_text_has_a_relevance(cross_encoder):
    """And no tokens."""
    scores = score(cross_encoder, [("Mill", "")], between_sentences([]))[0]
    assert len(scores.keep) == 0
    assert 0 < scores.relevance < 1


def test_overlapping_windows_are_averaged():
    """A token that two windows hold has the mean of both."""
    windows = [PairWindow([0] * 4, [0] * 4, 1, 0, 2), PairWindow([0] * 4, [0] * 4, 1, 1, 3)]
    low, high = np.full((4, 4), -60, np.float32), np.full((4, 4), 60, np.float32)
    scores = PairScores(windows, [low, high], np.zeros((3, 2), np.int64))
    assert scores.keep == pytest.approx([0, 0.5, 1])


def test_other_token_classifiers_are_refused(tmp_path):
    """Their outputs mean something else."""
    with pytest.raises(ModelError, match=r"labels \['LABEL_0', 'LABEL_1'\]; a token cross-encoder has"):
        load_token_cross_encoder(make_wordpiece(tmp_path / "other"))


def test_the_fingerprint_follows_the_weights(checkpoint, cross_encoder, tmp_path):
    """Other weights, another fingerprint; the same ones, the same."""
    again = load_token_cross_encoder(cross_encoder.model.path.parent)
    other = load_token_cross_encoder(make_token_cross_encoder(tmp_path / "other", window=40))
    assert again.fingerprint == cross_encoder.fingerprint != other.fingerprint
