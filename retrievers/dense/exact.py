"""Exact search over mapped vectors, a block at a time: memory does not grow with the index."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require
from excerpt.retrievers.ranking import top

__all__ = ["cosines", "search_exact"]

_faiss: Any = require("faiss", extra="index", purpose="a passage index")

_BLOCK = 16_384
"""Rows looked at together; 24 MB of float32 vectors of length 384."""


def cosines(vectors: NDArray[Any], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products with every row, ``(n,)``; cosines where all have length one.

    FAISS's routine for one query computes each row by itself (for vectors longer than 12), so equal rows
    get equal scores wherever they stand; a matrix product from BLAS does not promise that.

    Args:
        vectors: ``(n, dim)``, float32 or float16.
        query: ``(dim,)``, float32.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    column = np.ascontiguousarray(query, dtype=np.float32)
    if rows.shape[1:] != column.shape:  # the routine below reads memory by these lengths
        message = f"vectors of shape {rows.shape} do not fit a query of shape {column.shape}"
        raise ValueError(message)
    scores = np.empty(len(rows), dtype=np.float32)
    _faiss.fvec_inner_products_ny(
        _faiss.swig_ptr(scores), _faiss.swig_ptr(column), _faiss.swig_ptr(rows), len(column), len(rows)
    )
    return scores


def search_exact(
    vectors: NDArray[Any], query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``k`` rows with the highest cosine and their scores; the lower row first among equals.

    Args:
        vectors: ``(n, dim)``.
        query: ``(dim,)``.
        k: How many.
        rows: The rows that count, ascending; None for all.
    """
    best_rows = np.empty(0, dtype=np.int64)
    best_scores = np.empty(0, dtype=np.float32)
    for start in range(0, len(vectors) if rows is None else len(rows), _BLOCK):
        some = slice(start, start + _BLOCK)
        scores = cosines(vectors[some if rows is None else rows[some]], query)
        chosen = top(scores, k)
        found = chosen + start if rows is None else rows[some][chosen]
        # Earlier blocks stand first, so position order among equals is row order.
        both = np.concatenate([best_rows, found])
        scores = np.concatenate([best_scores, scores[chosen]])
        keep = top(scores, k)
        best_rows, best_scores = both[keep], scores[keep]
    return best_rows, best_scores
