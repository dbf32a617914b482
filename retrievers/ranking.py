"""Orders over rows: the best few of many scores, and one order out of several."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["RRF_K", "fuse", "top"]

RRF_K = 60
"""The constant of reciprocal rank fusion; 60 is the paper's."""


def top(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Positions of the ``k`` highest scores, best first, the lower position first among equals.

    Args:
        scores: ``(n,)``, finite.
        k: How many; all where ``k`` is more than ``n``.
    """
    count = len(scores)
    if k < count:
        # Everything at or above the k-th score, so that ties at the edge are cut by position.
        edge = np.partition(scores, count - k)[count - k]
        rows = np.flatnonzero(scores >= edge)
    else:
        rows = np.arange(count)
    order = np.argsort(-scores[rows], kind="stable")[:k]
    return rows[order].astype(np.int64, copy=False)


def fuse(rankings: Sequence[NDArray[np.int64]], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Reciprocal rank fusion: a row's score is the sum of ``1 / (60 + rank)``, ranks from 1.

    Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods", SIGIR 2009.

    Args:
        rankings: Rows in order of merit, each list without repeats.
        k: How many rows to give back.

    Returns:
        Rows and their fused scores, best first; the lower row first among equals.
    """
    rows = np.concatenate([np.asarray(ranking, dtype=np.int64) for ranking in rankings])
    shares = np.concatenate([1.0 / (RRF_K + np.arange(1, len(ranking) + 1)) for ranking in rankings])
    unique, inverse = np.unique(rows, return_inverse=True)
    scores = np.zeros(len(unique), dtype=np.float64)
    np.add.at(scores, inverse, shares)
    best = top(scores, k)  # `unique` ascends, so the lower position is the lower row
    return unique[best], scores[best]
