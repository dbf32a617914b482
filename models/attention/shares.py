"""One softmax over a context that was read in several windows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.models.attention.chunks import Chunk, Sentence, cut
from excerpt.models.attention.protocols import AttentionFeatures, AttentionProxy
from excerpt.models.protocols import Check

__all__ = ["ContextShares", "context_shares", "read_contexts"]

_LEAST_REST = 1e-6


class ContextShares(NamedTuple):
    """What a proxy saw of one question on one context.

    Attributes:
        shares: Attention to each sentence as a multiple of even attention, float64 ``(sentences, width)``.
        tokens: Tokens of the context, over all windows.
    """

    shares: NDArray[np.float64]
    tokens: int


def read_contexts(
    proxy: AttentionProxy, requests: Sequence[tuple[str, Sequence[Sentence]]], *, check: Check = None
) -> list[ContextShares]:
    """Questions with the sentences of their contexts, all windows in one call to the proxy.

    Any mixture of questions and contexts is read as each would be alone.

    Args:
        proxy: Reads.
        requests: A question and its sentences in the order to read them.
        check: Called between batches; what it raises ends the call.

    Raises:
        InputError: A question leaves no room for a context.
        ModelError: The proxy cannot be run.
    """
    cuts = [cut(proxy, question, sentences) for question, sentences in requests]
    asked = [chunk.request for chunks in cuts for chunk in chunks]
    features = iter(proxy.features_many(asked, check=check))
    results = []
    for chunks, (_, sentences) in zip(cuts, requests, strict=True):
        own = [next(features) for _ in chunks]
        shares = context_shares(chunks, own, len(sentences))
        results.append(ContextShares(shares, sum(window.context_tokens for window in own)))
    return results


def context_shares(
    chunks: Sequence[Chunk], features: Sequence[AttentionFeatures], sentences: int
) -> NDArray[np.float64]:
    """The attention to each sentence as a multiple of even attention, over all windows together.

    In one window this is the mean of the attention that is renormalised inside the context, times the context's
    tokens: 1 is what a token gets if all get the same, however long the context is.

    Renormalised window by window, the best sentence of a window without any evidence would look like the best of
    all. So windows are weighed against each other by what they have in common: the question and the special
    tokens, which stand in every one. With ``mass`` the context's share of the attention, ``mass / (1 - mass)``
    says how much the context drew for each unit that stayed with those. Divided by the sum over the windows,
    this is the softmax over the tokens of all windows at once: exactly, where the query row is the same in
    each (in the first layer), and nearly in later layers, where it has seen its window.

    Args:
        chunks: The windows.
        features: What the proxy said of each.
        sentences: How many there are; one that stands in no window, or without tokens, gets 0.

    Returns:
        Float64 ``(sentences, width)``.
    """
    if not chunks:
        return np.zeros((sentences, 0))
    mass = np.array([window.mass for window in features], dtype=np.float64)
    drawn = mass / np.maximum(1 - mass, _LEAST_REST)
    weight = drawn / np.maximum(drawn.sum(axis=0), np.finfo(np.float64).tiny)
    context = sum(window.context_tokens for window in features)
    sums = np.zeros((sentences, mass.shape[1]))
    tokens = np.zeros((sentences, 1))
    for chunk, window, share in zip(chunks, features, weight, strict=True):
        for row, sentence in enumerate(chunk.sentences):
            sums[sentence] += window.tokens[row] * window.attention[row] * share
            tokens[sentence] += window.tokens[row]
    return context * sums / np.maximum(tokens, 1)
