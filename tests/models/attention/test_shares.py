import numpy as np
import pytest
from fakes.word_proxy import WordProxy, pooled
from hypothesis import given
from hypothesis import strategies as st

from excerpt.models.attention.chunks import Chunk, Sentence
from excerpt.models.attention.protocols import ProbeRequest
from excerpt.models.attention.shares import context_shares, read_contexts


def windows_of(logits, lengths, cuts):
    """Features of consecutive windows over sentences of the given lengths."""
    starts = np.cumsum([0, *lengths])
    chunks, features = [], []
    for begin, end in zip([0, *cuts], [*cuts, len(lengths)], strict=True):
        if begin == end:
            continue
        first = starts[begin]
        ranges = np.stack([starts[begin:end], starts[begin + 1 : end + 1]], axis=1) - first
        chunks.append(Chunk(ProbeRequest("q", "", ()), tuple(range(begin, end))))
        features.append(pooled(logits[first : starts[end]], 5.0, ranges))
    return chunks, features


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=9),
    st.lists(st.integers(0, 9), max_size=3),
    st.integers(0, 2**32 - 1),
)
def test_windows_together_are_one_softmax(lengths, cuts, seed):
    """With the same query row in each, the shares are those of one softmax over all tokens, wherever it is cut."""
    logits = np.random.default_rng(seed).normal(0, 3, (sum(lengths), 4))
    cuts = sorted(min(place, len(lengths)) for place in cuts)
    parts = context_shares(*windows_of(logits, lengths, cuts), len(lengths))
    whole = context_shares(*windows_of(logits, lengths, []), len(lengths))
    assert parts == pytest.approx(whole, rel=1e-3)  # masses are float32


def test_one_window_is_the_renormalised_attention():
    """The paper's feature times the tokens of the context, whatever mass it had."""
    chunks, features = windows_of(np.zeros((6, 4)), [2, 4], [])
    assert context_shares(chunks, features, 2) == pytest.approx(np.ones((2, 4)))


def test_the_parts_of_a_long_sentence_are_averaged_by_their_tokens():
    """A sentence in two windows has the mean over all its tokens."""
    logits = np.random.default_rng(1).normal(size=(9, 4))
    chunks, features = windows_of(logits, [6, 3], [1])
    joined = [Chunk(chunk.request, (0,)) for chunk in chunks]
    whole = context_shares(*windows_of(logits, [9], []), 1)
    assert context_shares(joined, features, 1) == pytest.approx(whole, rel=1e-5)


def test_a_sentence_without_tokens_gets_nothing():
    """Not a neighbour's attention, and no division by zero."""
    chunks, features = windows_of(np.zeros((3, 4)), [3, 0], [])
    assert context_shares(chunks, features, 2)[1].tolist() == [0.0] * 4


def test_contexts_read_together_are_as_read_alone():
    """Many questions on one context and on several: each gets the numbers it gets alone."""
    contexts = [[Sentence(f"the mill {n} stands"), Sentence("rye is a grass " * 9)] for n in range(3)]
    asked = [(question, context) for question in ("where is the mill", "what is rye") for context in contexts]
    together = read_contexts(WordProxy(), asked)
    for request, found in zip(asked, together, strict=True):
        alone = read_contexts(WordProxy(), [request])[0]
        assert found.shares.tobytes() == alone.shares.tobytes()
        assert found.tokens == alone.tokens
