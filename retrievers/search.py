"""One search in one generation of an index."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import StoreError
from excerpt.retrievers.dense.exact import cosines
from excerpt.retrievers.hits import Hit
from excerpt.retrievers.linked import walk
from excerpt.retrievers.ranking import fuse, top
from excerpt.retrievers.store.generation import Generation

__all__ = ["Mode", "search"]

Mode: TypeAlias = Literal["fused", "dense", "lexical", "linked"]

_DEPTH = 100
"""Fusion looks at least so deep into each ranking, and at least as deep as was asked for."""


def search(
    generation: Generation,
    query: str,
    k: int,
    mode: Mode,
    encode: Callable[[str], NDArray[np.float32]],
    *,
    mask: NDArray[np.bool_] | None = None,
) -> list[Hit]:
    """The best hits, best first; see `excerpt.retrievers.Index.search`.

    Args:
        generation: Where to search.
        query: The question, not empty.
        k: How many at most.
        mode: What to search by.
        encode: Gives the query's vector; called only where the mode needs one.
        mask: Which passages may be found, ``(rows,)``; None for all.

    Raises:
        StoreError: The generation lacks what the mode needs, or is corrupt.
    """
    _require(generation, mode)
    by_vector = mode != "lexical" and generation.vectors is not None
    by_word = mode != "dense" and generation.postings is not None
    depth = max(k, _DEPTH) if (by_vector and by_word) or mode == "linked" else k
    vector = encode(query) if by_vector else None
    words = generation.postings.scores(query) if by_word and generation.postings is not None else None
    rankings: list[NDArray[np.int64]] = []
    if vector is not None:
        chosen = None if mask is None else np.flatnonzero(mask)
        rankings.append(generation.nearest(vector, depth, chosen)[0])
    if words is not None:
        counted = words if mask is None else np.where(mask, words, 0.0)
        best = top(counted, depth)
        rankings.append(best[counted[best] > 0])  # a passage without a word of the query was not found
    if mode == "linked":
        rankings = walk(generation, query, rankings, depth, mask)
    rows, fused = fuse(rankings, k)
    cosine = (
        None if vector is None or generation.vectors is None else cosines(generation.vectors[rows], vector)
    )
    return _hits(
        generation, rows, fused, cosine, None if words is None else words[rows], only=len(rankings) == 1
    )


def _require(generation: Generation, mode: Mode) -> None:
    if mode == "dense" and generation.vectors is None:
        message = f"{generation.folder.parent}: this index has no vectors; search it with mode='lexical'"
        raise StoreError(message)
    if mode == "lexical" and generation.postings is None:
        message = (
            f"{generation.folder.parent}: this index was built without BM25; search it with mode='dense'"
        )
        raise StoreError(message)


def _hits(
    generation: Generation,
    rows: NDArray[np.int64],
    fused: NDArray[np.float64],
    cosine: NDArray[np.float32] | None,
    words: NDArray[np.float32] | None,
    *,
    only: bool,
) -> list[Hit]:
    # With one ranking fusion keeps its order; the score then is the raw one.
    raw = fused if not only else words if cosine is None else cosine
    return [
        Hit(
            passage=generation.passages.passage(row),
            score=float(fused[rank] if raw is None else raw[rank]),
            rank=rank,
            row=row,
            dense_score=None if cosine is None else float(cosine[rank]),
            lexical_score=None if words is None else float(words[rank]),
        )
        for rank, row in enumerate(rows.tolist())
    ]
