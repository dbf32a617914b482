"""Approximate search for large indexes: a FAISS HNSW graph over half-precision vectors.

The graph proposes candidates; their scores are computed from the stored vectors, so a hit has the
same score as in exact search. Rows that were added after the graph was built are searched exactly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from winnow.errors import StoreError
from winnow.retrievers.dense import cosines, search_exact
from winnow.retrievers.ranking import top

__all__ = ["AUTO_ROWS", "Graph", "build_graph", "needs_rebuild"]

_faiss: Any = faiss  # its type stubs lack what is used here

AUTO_ROWS = 100_000
"""With ``dense="auto"`` an index of at least so many passages has a graph: exact search then reads 150 MB of
vectors, and takes longer than encoding the question (docs/index-time.md)."""

_LINKS = 32
_BUILD_WIDTH = 200
_SEARCH_WIDTH = 256
_BLOCK = 8192


def build_graph(vectors: NDArray[Any], path: Path) -> None:
    """Build a graph over all rows and write it.

    One thread, and blocks of a fixed size: FAISS links nodes in the order its threads get to them,
    so with more the same vectors would give another file each time.
    """
    dim = vectors.shape[1]
    index = _faiss.IndexHNSWSQ(dim, _faiss.ScalarQuantizer.QT_fp16, _LINKS, _faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _BUILD_WIDTH
    with _one_thread():
        index.train(np.ascontiguousarray(vectors[:1], dtype=np.float32))  # fp16 has nothing to learn
        for start in range(0, len(vectors), _BLOCK):
            index.add(np.ascontiguousarray(vectors[start : start + _BLOCK], dtype=np.float32))
    _faiss.write_index(index, str(path))


def needs_rebuild(rows: int, covered: int, nodes: int) -> bool:
    """Whether a graph costs too much to search, or finds too little.

    Rows outside of it are searched exactly: these may be a quarter of its nodes, and 25,000 in any case. Nodes of
    deleted rows are found for nothing: these may be a quarter too.

    Args:
        rows: Rows of the index.
        covered: How many of them the graph has.
        nodes: How many the graph had when it was built.
    """
    return rows - covered > max(25_000, nodes // 4) or nodes - covered > nodes // 4


class Graph:
    """A graph that was written by `build_graph`.

    The caller must have checked the file's checksum: FAISS trusts what it reads.

    Args:
        path: The file; memory-mapped where the installed FAISS can.
        rows: Rows it covers, the first of the index.
        dim: Length of a vector.
        row_of: The row of each node, -1 for deleted ones; None where they are the same.

    Raises:
        StoreError: The file holds something else.
    """

    def __init__(self, path: Path, rows: int, dim: int, row_of: NDArray[np.int64] | None = None) -> None:
        nodes = rows if row_of is None else len(row_of)
        try:
            self._index = _faiss.read_index(str(path), getattr(_faiss, "IO_FLAG_MMAP_IFC", 0))
        except RuntimeError as error:
            message = f"{path}: FAISS cannot read it ({error}); rebuild the index"
            raise StoreError(message) from error
        found = (self._index.ntotal, self._index.d)
        if not isinstance(self._index, _faiss.IndexHNSW) or found != (nodes, dim):
            message = (
                f"{path}: is not the graph of this index ({nodes} rows of length {dim}); rebuild the index"
            )
            raise StoreError(message)
        self._rows = rows
        self._nodes = nodes
        self._row_of = row_of

    def search(
        self, vectors: NDArray[Any], query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """About the ``k`` rows with the highest cosine, and their exact scores, best first.

        Args:
            vectors: All stored vectors.
            query: ``(dim,)``.
            k: How many.
        """
        wide = min(max(4 * k, _SEARCH_WIDTH), self._nodes)
        parameters = _faiss.SearchParametersHNSW(efSearch=wide)
        _, found = self._index.search(query[np.newaxis], wide, params=parameters)
        candidates = found[0][found[0] >= 0]
        if self._row_of is not None:
            candidates = self._row_of[candidates]
        candidates = np.sort(candidates[candidates >= 0])
        tail, _ = search_exact(vectors[self._rows :], query, k)
        rows = np.concatenate([candidates, np.sort(tail) + self._rows])
        scores = cosines(vectors[rows], query)
        best = top(scores, k)
        return rows[best], scores[best]


@contextmanager
def _one_thread() -> Iterator[None]:
    before = _faiss.omp_get_max_threads()
    _faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        _faiss.omp_set_num_threads(before)
