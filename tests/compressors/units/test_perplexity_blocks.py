"""Lines cut where a language model is surprised."""

import numpy as np
import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt.compressors.units.perplexity_blocks import PerplexityBlocks, spikes
from excerpt.errors import ConfigError
from excerpt.testing import check_splitter


def test_a_spike_is_above_both_neighbours():
    """By the mean jump and some deviations; never at either end."""
    assert np.flatnonzero(spikes(np.array([1.0, 5, 1, 1.2, 1, 1]), 0.2)).tolist() == [1]
    assert np.flatnonzero(spikes(np.array([9.0, 1, 1, 9]), 0.2)).tolist() == []
    assert not spikes(np.array([1.0, 2]), 0).any()


def test_a_block_ends_with_a_surprising_line():
    """Three lines that repeat, one that is new, two that repeat."""
    text = "a = a\nb = a\nb = b\nzzz qqq www\nb = a\n\na = b\n"
    blocks = PerplexityBlocks(WordLikelihood())(text)
    assert [text[start:end] for start, end in blocks] == [
        "a = a\nb = a\nb = b\nzzz qqq www",
        "b = a\n\na = b",
    ]


def test_it_is_a_splitter():
    """All ink is in some block; the sensitivity is checked."""
    check_splitter(PerplexityBlocks(WordLikelihood()))
    with pytest.raises(ConfigError, match="sensitivity"):
        PerplexityBlocks(WordLikelihood(), -1)
