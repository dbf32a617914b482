import pytest

from excerpt.errors import InputError
from excerpt.models.registry import load_cross_encoder


def test_a_score_does_not_depend_on_the_other_texts(checkpoint):
    """One score a text, the same alone and in company."""
    model = load_cross_encoder(checkpoint("bert", "ForSequenceClassification"))
    texts = ["the wind", "grain and chaff and rye", "the wind"]
    scores = model.score("who counted", texts)
    assert scores.shape == (3,)
    assert scores[0] == scores[2] == model.score("who counted", texts[:1])[0]


def test_a_pair_that_is_too_long_is_refused(checkpoint):
    """Nothing is cut off without a word."""
    model = load_cross_encoder(checkpoint("bert", "ForSequenceClassification"))
    with pytest.raises(InputError, match="have 54 tokens"):
        model.score("wind", ["grain " * 50])
