import numpy as np
import pytest

from excerpt.errors import ModelError
from excerpt.models.registry import load_token_classifier
from excerpt.models.tasks.token_classifier import PLACEHOLDERS

TEXT = "the miller weighs grain and chaff"


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_probabilities_are_the_softmax_of_class_one(kind, checkpoint):
    """The same numbers as transformers' own forward pass."""
    import torch
    from transformers import AutoModelForTokenClassification

    directory = checkpoint(kind, "ForTokenClassification")
    classifier = load_token_classifier(directory)
    window = classifier.frame(classifier.tokenizer.ids([TEXT])[0])
    network = AutoModelForTokenClassification.from_pretrained(directory).eval()
    with torch.inference_mode():
        expected = network(torch.tensor([window])).logits.softmax(-1)[0, :, 1].numpy()
    np.testing.assert_allclose(classifier.keep_probabilities([window])[0], expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_checkpoint_with_100_more_rows_gets_the_placeholders(kind, checkpoint):
    """They take the ids behind the vocabulary, in order, and are special."""
    classifier = load_token_classifier(checkpoint(kind, "ForTokenClassification", 100))
    base = classifier.card.vocabulary - 100
    tokenizer = classifier.tokenizer
    assert classifier.placeholders == PLACEHOLDERS
    assert [tokenizer.token(base), tokenizer.token(base + 99)] == ["[NEW0]", "[NEW99]"]
    assert base + 7 in tokenizer.ids(["grain[NEW7]wind"])[0]


def test_an_exported_checkpoint_keeps_its_placeholders(exported):
    """The exported tokenizer has them, so they are not added a second time."""
    classifier = load_token_classifier(exported("bert", "token-classifier", extra_rows=100))
    assert classifier.placeholders == PLACEHOLDERS
    assert len(classifier.tokenizer) == classifier.card.vocabulary


def test_other_checkpoints_have_no_placeholders(checkpoint):
    """Nothing is added where there are no rows for it."""
    assert load_token_classifier(checkpoint("bert", "ForTokenClassification")).placeholders == ()


def test_a_window_that_is_too_long_is_refused(checkpoint):
    """The message holds the length and the limit."""
    classifier = load_token_classifier(checkpoint("bert", "ForTokenClassification"))
    with pytest.raises(ModelError, match="39 pieces and 2 special tokens is over the 40"):
        classifier.frame([5] * 39)


def test_labels_are_read_from_the_config(checkpoint):
    """Class 1 is the one that is kept."""
    assert load_token_classifier(checkpoint("bert", "ForTokenClassification")).labels == (
        "LABEL_0",
        "LABEL_1",
    )
