"""Passages as several vectors each: what they cost, whole passages only, and the way from TOML to a reader."""

import numpy as np
import pytest

from excerpt import Budget, Chain
from excerpt.compressors import Soft
from excerpt.errors import ConfigError, ModelError

torch = pytest.importorskip("torch")

from fakes.soft_words import READER, SoftWords  # noqa: E402 - needs torch

PASSAGES = [f"Mill {number} burned. It was built again." for number in range(4)]


def test_every_passage_is_all_of_its_vectors():
    """In the order of the passages, the closing mark behind them; each is a token."""
    result = Chain([Soft(SoftWords(2))]).compress("Who?", PASSAGES)
    wanted = [SoftWords(2).embed(text) for text in PASSAGES]
    assert np.allclose(result.soft.embeddings, np.concatenate([*wanted, SoftWords(2).closing]))
    assert (result.text, result.tokens_out) == ("", 9)
    assert result.to_dict()["soft"] == [0, 1, 2, 3]
    assert result.soft.reader == READER.fingerprint


@pytest.mark.parametrize("tokens", range(12))
def test_no_passage_is_cut(tokens):
    """Two vectors and the mark are three tokens; what is left of a budget stays empty."""
    result = Chain([Soft(SoftWords(2))]).compress("Who?", PASSAGES, budget=Budget(tokens=tokens))
    count = 0 if result.soft is None else len(result.soft.passages)
    assert count == 2 * min(4, max(0, tokens - 1) // 2)
    assert result.tokens_out == (count + 1 if count else 0) <= tokens


def test_vectors_that_are_cut_later_go_passage_by_passage():
    """Also where separators cost tokens."""
    soft = Chain([Soft(SoftWords(2))]).compress("Who?", PASSAGES).soft

    class Counter:
        def count(self, text):
            return len(text)

    shorter = soft.within(6, Counter())
    assert [passage.index for passage in shorter.passages] == [0, 0, 1, 1]
    assert soft.within(2, Counter()) is None


def test_options_are_checked_first():
    """Each message says what there is."""
    with pytest.raises(ConfigError, match=r"soft: there is no kind 'gist'; there are .*icae"):
        Soft("nowhere", kind="gist")
    with pytest.raises(ConfigError, match="soft: text"):
        Soft(SoftWords(2), text=-1)
    with pytest.raises(ModelError, match="icae: there is no file"):
        Soft("nowhere", kind="icae", options={"base": "none"})
    with pytest.raises(ConfigError, match=r"soft: options of icae: .*'speed'"):
        Soft("nowhere", kind="icae", options={"speed": 1})
