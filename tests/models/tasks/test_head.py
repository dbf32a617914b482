"""A head on the states of the bundled encoder."""

import json

import numpy as np
import pytest
import torch

from excerpt import Chain, ModelError
from excerpt.compressors import LLMLingua2
from excerpt.models import load_encoder, load_token_classifier
from excerpt.models.card import CARD_NAME, ModelCard
from excerpt.models.tasks.head import HEAD_NAME, HeadModel
from excerpt.models.training.token_head.network import ConvHead, Trained

TEXT = "The mill by the river grinds rye in autumn. Nobody lives there, and it did not run in 1953."


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """A random head in the layout that the trainer writes."""
    torch.manual_seed(5)
    head = ConvHead(384, 16, 5, 0.1)
    folder = tmp_path_factory.mktemp("head")
    Trained(head, {}, []).export(folder / HEAD_NAME)
    torch.save(head.state_dict(), folder / "head.pt")
    card = ModelCard(
        "head", "token-classifier", 2, 256, 30522, labels=("drop", "keep"), backbone="all-MiniLM-L6-v2"
    )
    (folder / CARD_NAME).write_text(card.to_json())
    return folder


def test_the_exported_head_gives_what_torch_gives(directory):
    """On the same states, of any length."""
    head = ConvHead(384, 16, 5, 0.1).eval()
    head.load_state_dict(torch.load(directory / "head.pt", weights_only=True))
    model = HeadModel(load_encoder().model, directory / HEAD_NAME)
    for length in (2, 9, 40):
        states = np.random.default_rng(length).normal(size=(length, 384)).astype(np.float32)
        with torch.no_grad():
            expected = head(torch.from_numpy(states)[None], torch.ones(1, length, 1))[0].numpy()
        np.testing.assert_allclose(model.read(states), expected, atol=1e-5)


def test_padding_changes_nothing_in_training():
    """A sequence gives the same logits beside a longer one."""
    head = ConvHead(8, 16, 5, 0.0).eval()
    short = torch.randn(1, 6, 8)
    padded, mask = torch.zeros(2, 11, 8), torch.zeros(2, 11, 1)
    padded[0, :6], mask[0, :6], padded[1], mask[1] = short, 1, torch.randn(11, 8), 1
    torch.testing.assert_close(head(padded, mask)[0, :6], head(short, torch.ones(1, 6, 1))[0])


def test_it_loads_as_a_token_classifier(directory):
    """With the encoder's tokenizer and limits."""
    classifier = load_token_classifier(directory)
    ids = classifier.tokenizer.ids([TEXT])[0]
    (probabilities,) = classifier.keep_probabilities([classifier.frame(ids)])
    assert probabilities.shape == (len(ids) + 2,)
    assert ((probabilities > 0) & (probabilities < 1)).all()


def test_it_serves_llmlingua2(directory):
    """A chain with it keeps words under the budget, the same every time."""
    chain = Chain([LLMLingua2(str(directory))])
    first, again = (chain.compress("unasked", [TEXT], budget=10) for _ in range(2))
    assert 0 < first.tokens_out <= 10
    assert first.to_dict() == again.to_dict()


def test_a_missing_backbone_is_named(directory, tmp_path):
    """The head alone is of no use."""
    card = json.loads((directory / CARD_NAME).read_text())
    (tmp_path / CARD_NAME).write_text(json.dumps({**card, "backbone": "no-such-encoder"}))
    with pytest.raises(ModelError, match="no-such-encoder"):
        load_token_classifier(tmp_path)
