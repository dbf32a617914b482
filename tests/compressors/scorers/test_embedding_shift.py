"""How far a sentence's vector moves without a word, with an encoder that can be computed by hand."""

import numpy as np
import pytest

from excerpt.compressors.scorers.embedding_shift import embedding_shift
from excerpt.errors import ConfigError
from excerpt.testing import HashEncoder
from excerpt.testing.fakes import split_whole
from excerpt.values.types import Context, Passage


class Axes:
    """``heavy`` is three units along an axis, ``light`` one along another; any other word is nothing, and a sentence
    without either points along a third."""

    name = fingerprint = "axes"
    dim = 3

    def __init__(self):
        self.texts = 0

    def encode(self, texts):
        self.texts += len(texts)
        texts = [text.casefold() for text in texts]
        rows = [[3 * text.count("heavy"), text.count("light"), 0] for text in texts]
        return np.array([row if any(row) else [0, 0, 1] for row in rows], dtype=np.float32)


def shifts(text, kind="word", **options):
    context = Context.start("q", [Passage(text)])
    return embedding_shift(Axes(), **options).score(context, split_whole(kind, context))


def test_the_shift_is_one_minus_the_cosine():
    """Of (3, 1) with (0, 1), with (3, 0), and with itself."""
    whole = np.sqrt(10)
    assert np.allclose(shifts("heavy light other"), [1 - 1 / whole, 1 - 3 / whole, 0])


def test_each_sentence_for_itself():
    """A word counts in its own; a sentence of one word, and whole sentences, score 1."""
    assert np.allclose(
        shifts("Heavy light. Light heavy other."), [*shifts("Heavy light."), *shifts("Light heavy other.")]
    )
    assert shifts("Heavy light. Other words here.", "sentence").tolist() == [1, 1]
    assert shifts("heavy").tolist() == [1]


def test_rounds_look_again_at_what_is_left():
    """The least of four words go first and stand below what stays; then the rest is looked at anew."""
    once, twice = shifts("other heavy light more"), shifts("other heavy light more", rounds=2)
    assert np.argsort(-once, kind="stable").tolist()[:2] == [1, 2]
    assert np.argsort(-twice, kind="stable").tolist()[:2] == [1, 2]
    assert twice[[0, 3]].max() < twice[[1, 2]].min()
    assert np.allclose(twice[[1, 2]], once[[1, 2]])  # the others were nothing


def test_equal_texts_are_encoded_once():
    """A sentence, and each of its words left out."""
    encoder = Axes()
    context = Context.start("q", [Passage("heavy light."), Passage("heavy light.")])
    embedding_shift(encoder).score(context, split_whole("word", context))
    assert encoder.texts == 1 + 3


def test_rounds_are_counted():
    """At least one."""
    with pytest.raises(ConfigError, match="embedding-shift: rounds"):
        embedding_shift(HashEncoder(), rounds=0)
