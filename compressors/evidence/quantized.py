"""Directions of vectors as int8 with one scale each, and those of the mean token states of pieces of a passage.

Inner products of such vectors are sums of integers below 2**24, which float32 holds exactly, so they do not depend on
the order of the sum: not on the matrix library, the number of threads, or what else is in the batch. What is made here
is stored in indexes: a change of it needs a new `excerpt.compressors.evidence.signals.RULES_VERSION`.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["mean_states", "quantize_vectors"]


def quantize_vectors(
    vectors: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]:
    """Directions as int8, their scales, and the vectors' lengths; zero vectors stay zero.

    Args:
        vectors: Float32 ``(n, dim)``.
    """
    norm = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, optimize=False))
    peak = np.abs(vectors).max(axis=1, initial=0.0)
    whole = np.rint(vectors * (127.0 / np.maximum(peak, 1e-12))[:, None]).astype(np.int8)
    scale = (peak / (127.0 * np.maximum(norm, 1e-12))).astype(np.float32)
    return whole, scale, norm.astype(np.float32)


def mean_states(
    tokens: NDArray[np.int8],
    length: NDArray[np.float32],
    start: NDArray[np.int32],
    spans: NDArray[np.integer],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Directions and scales of the mean token states of pieces of one passage; zero for a piece without a token.

    Args:
        tokens: Int8 ``(t, dim)``: the passage's tokens.
        length: Float32 ``(t,)``: what one of ``tokens`` stands for.
        start: ``(t,)``: the first character of each, ascending.
        spans: ``(n, 2)``: first and last characters of the pieces, sorted and not overlapping.
    """
    sums = np.zeros((len(spans), tokens.shape[1]), dtype=np.float32)
    bounds = np.searchsorted(start, spans).ravel()
    there = np.flatnonzero(bounds[1::2] > bounds[::2])
    if len(there):
        first, last = bounds[::2][there], bounds[1::2][there]
        states = tokens[first[0] : last[-1]].astype(np.float32) * length[first[0] : last[-1], None]
        # Pairs (first, last) as borders; every second sum is that of a piece.
        borders = np.stack([first, last], axis=1).ravel()[:-1] - first[0]
        sums[there] = np.add.reduceat(states, borders, axis=0)[::2]
    whole, scale, _ = quantize_vectors(sums)
    return whole, scale
