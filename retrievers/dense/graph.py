"""An HNSW graph over half-precision vectors (Malkov and Yashunin, arXiv:1603.09320): the more exact approximation.

Each passage has links to its neighbours, and a search walks along them. It takes about a kilobyte a passage, since the
vectors are in the file as well.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require

__all__ = ["build_graph", "graph_search"]

_faiss: Any = require("faiss", extra="index", purpose="a passage index")

_LINKS = 32
_BUILD_WIDTH = 200
_SEARCH_WIDTH = 256
_BLOCK = 8192


def build_graph(vectors: NDArray[Any], path: Path) -> None:
    """Build a graph over all rows ``(n, dim)`` and write it."""
    dim = vectors.shape[1]
    index = _faiss.IndexHNSWSQ(dim, _faiss.ScalarQuantizer.QT_fp16, _LINKS, _faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _BUILD_WIDTH
    index.train(np.ascontiguousarray(vectors[:1], dtype=np.float32))  # fp16 has nothing to learn
    for start in range(0, len(vectors), _BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float32))
    _faiss.write_index(index, str(path))


def graph_search(k: int) -> tuple[int, Any]:
    """How many rows to propose for ``k``, and the parameters of the search."""
    wide = max(4 * k, _SEARCH_WIDTH)
    return wide, _faiss.SearchParametersHNSW(efSearch=wide)
