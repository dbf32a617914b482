"""Heads on token states, and the loop that trains them."""

import numpy as np
import pytest
import torch

from excerpt.models import load_encoder
from excerpt.models.training.common.head_export import write_encoder_head
from excerpt.models.training.common.heads import MatchHead, SentenceHead, fit, listwise
from excerpt.models.training.common.recipe import FitSettings

TEXTS = ["The mill by the river grinds rye.", "Nobody lives there.", ""]


@pytest.fixture(scope="module")
def sentence_head(tmp_path_factory):
    """A head with random weights, and the folder that it was written to."""
    torch.manual_seed(3)
    head = SentenceHead(384, 16)
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    folder = tmp_path_factory.mktemp("head")
    write_encoder_head(head, load_encoder(), folder, 384, normalize=True, kind="recomp-extractive")
    return head, folder


def test_a_written_head_is_an_encoder(sentence_head):
    """Its vectors are what torch makes of the encoder's states."""
    head, folder = sentence_head
    states = [torch.from_numpy(one.hidden)[None] for one in load_encoder().encode_tokens(TEXTS)]
    with torch.no_grad():
        expected = np.stack([head(one)[0, 0].numpy() for one in states])
    np.testing.assert_allclose(load_encoder(folder).encode(TEXTS), expected, atol=1e-5)


def test_vectors_do_not_depend_on_company(sentence_head):
    """Alone or among others: the same bytes."""
    encoder = load_encoder(sentence_head[1])
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.array_equal(encoder.encode(TEXTS), alone)


def test_the_fingerprint_covers_head_and_encoder(sentence_head, tmp_path):
    """Another head on the same encoder is another encoder."""
    write_encoder_head(
        SentenceHead(384, 16), load_encoder(), tmp_path, 384, normalize=True, kind="recomp-extractive"
    )
    found = {load_encoder(place).fingerprint for place in (sentence_head[1], tmp_path, "all-MiniLM-L6-v2")}
    assert len(found) == 3


def test_a_sentence_head_begins_as_the_plain_mean():
    """Before training nothing is lost."""
    hidden = torch.randn(1, 7, 12)
    expected = torch.nn.functional.normalize(hidden.mean(1), dim=-1)
    torch.testing.assert_close(SentenceHead(12, 4)(hidden)[:, 3], expected)


def test_a_match_head_writes_weights_as_lengths():
    """The direction says what matches, the length what it counts for."""
    head, hidden = MatchHead(torch.randn(4, 12), 8), torch.randn(5, 12)
    torch.testing.assert_close(head(hidden).norm(dim=-1), head.weights(hidden))
    torch.testing.assert_close(head(hidden) / head.weights(hidden)[:, None], head.directions(hidden))


def test_the_loss_falls_as_the_relevant_rise():
    """Above all others it is next to nothing."""
    relevant = torch.tensor([True, False, False])
    losses = [float(listwise(torch.tensor([first, 1.0, 0.0]), relevant)) for first in (-1.0, 1.0, 20.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 1e-6


def test_the_best_epoch_is_kept():
    """Not the last one."""
    head = torch.nn.Linear(1, 1)
    measured = iter([0.1, 0.9, 0.2])
    seen = []

    def measure():
        seen.append(float(head.weight.detach()))
        return {"recall@1": next(measured)}

    def loss(group, _chance):
        return (head(torch.ones(len(group), 1)) - 5).square().mean()

    fitted = fit(head, [0] * 4, loss, measure, settings=FitSettings(epochs=2, batch=2))
    assert fitted.figures == {"recall@1": 0.9}
    assert float(head.weight.detach()) == seen[1] != seen[2]
    assert fitted.with_start() == {"recall@1 before": 0.1, "recall@1": 0.9}
