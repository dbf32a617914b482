"""Cells of compressed vectors (IVF-PQ; Jégou et al., TPAMI 2011): the smaller approximation.

The passages are sorted into cells around centres that k-means finds. Of a passage its cell has a code, a byte for every
six dimensions: how it differs from the centre. A search looks at the codes of the nearest cells. That is 72 bytes
a passage of 384 dimensions, code and number, where a graph takes a kilobyte.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require

__all__ = ["LEAST_ROWS", "build_cells", "cells_search"]

_faiss: Any = require("faiss", extra="index", purpose="a passage index")

LEAST_ROWS = 10_000
"""With fewer passages k-means has too little to learn codes from; they are searched exactly."""

_PROBED = 256
"""Cells that a search looks at. There are four times the square root of the passages, as FAISS's guide has it."""

_WIDER = 10
"""A code tells near neighbours less well apart than the vectors do, which then choose among so many times more."""

_A_CELL = 64
"""Vectors for each centre that k-means is given; FAISS asks for 39 at least."""

_ROUNDS, _SEED = 10, 1234
_DIMENSIONS_A_BYTE = 6
_BLOCK = 8192


def build_cells(vectors: NDArray[Any], path: Path) -> None:
    """Find the centres and codes for all rows ``(n, dim)``, n at least `LEAST_ROWS`, and write them."""
    rows, dim = vectors.shape
    count = min(int(4 * math.sqrt(rows)), rows // _A_CELL)
    index = _faiss.IndexIVFPQ(
        _faiss.IndexFlatIP(dim), dim, count, _code_bytes(dim), 8, _faiss.METRIC_INNER_PRODUCT
    )
    for clustering in (index.cp, index.pq.cp):
        clustering.niter, clustering.seed = _ROUNDS, _SEED
    index.cp.max_points_per_centroid, index.cp.spherical = _A_CELL, True
    sample = np.linspace(0, rows - 1, count * _A_CELL).astype(np.int64)
    index.train(np.ascontiguousarray(vectors[sample], dtype=np.float32))
    for start in range(0, rows, _BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float32))
    _faiss.write_index(index, str(path))


def cells_search(k: int) -> tuple[int, Any]:
    """How many rows to propose for ``k``, and the parameters of the search."""
    return _WIDER * k, _faiss.SearchParametersIVF(nprobe=_PROBED)


def _code_bytes(dim: int) -> int:
    """The most bytes that give each of them `_DIMENSIONS_A_BYTE` dimensions or more, all the same number."""
    return max(count for count in range(1, max(dim // _DIMENSIONS_A_BYTE, 1) + 1) if dim % count == 0)
