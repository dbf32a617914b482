"""Approximate search for large indexes: a FAISS index proposes rows, and the stored vectors score them.

So a hit has the same score as in exact search. Rows that were added after the FAISS index was built are searched
exactly.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import StoreError
from excerpt.imports.extras import require
from excerpt.retrievers.dense.cells import LEAST_ROWS, build_cells, cells_search
from excerpt.retrievers.dense.exact import cosines, search_exact
from excerpt.retrievers.dense.graph import build_graph, graph_search
from excerpt.retrievers.ranking import top

__all__ = ["AUTO_ROWS", "Approximate", "Kind", "build_approximate", "kind_for", "needs_rebuild"]

_faiss: Any = require("faiss", extra="index", purpose="a passage index")

Kind: TypeAlias = Literal["hnsw", "ivf-pq"]

AUTO_ROWS = 100_000
"""With ``dense="auto"`` an index of at least so many passages has cells: exact search then reads 150 MB of vectors, and
takes longer than encoding the question. A graph takes as long and is ten times the size
(docs/guides/indexing.md)."""

_BUILD: Mapping[Kind, Callable[[NDArray[Any], Path], None]] = MappingProxyType(
    {"hnsw": build_graph, "ivf-pq": build_cells}
)
_SEARCH: Mapping[Kind, Callable[[int], tuple[int, Any]]] = MappingProxyType(
    {"hnsw": graph_search, "ivf-pq": cells_search}
)


def kind_for(dense: str, rows: int) -> Kind | None:
    """What an index of so many passages has for approximate search; None: it is searched exactly.

    Args:
        dense: What was asked for: ``"auto"``, ``"exact"``, ``"hnsw"`` or ``"ivf-pq"``.
        rows: How many passages it has.
    """
    if dense == "hnsw":
        return "hnsw"
    least = {"auto": AUTO_ROWS, "ivf-pq": LEAST_ROWS}.get(dense)
    return "ivf-pq" if least is not None and rows >= least else None


def build_approximate(kind: Kind, vectors: NDArray[Any], path: Path) -> None:
    """Build a FAISS index over all rows ``(n, dim)`` and write it; the same vectors give the same file.

    One thread, and blocks of a fixed size: FAISS links nodes of a graph in the order its threads get to them,
    so with more the same vectors would give another file each time.
    """
    with _one_thread():
        _BUILD[kind](vectors, path)


def needs_rebuild(rows: int, covered: int, nodes: int) -> bool:
    """Whether a FAISS index costs too much to search, or finds too little.

    Rows outside of it are searched exactly: these may be a quarter of its nodes, and 25,000 in any case. Nodes of
    deleted rows are found for nothing: these may be a quarter too.

    Args:
        rows: Rows of the index.
        covered: How many of them the FAISS index has.
        nodes: How many it had when it was built.
    """
    return rows - covered > max(25_000, nodes // 4) or nodes - covered > nodes // 4


class Approximate:
    """A FAISS index that `build_approximate` wrote.

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
        ours = isinstance(self._index, _faiss.IndexHNSW | _faiss.IndexIVFPQ)
        if not ours or (self._index.ntotal, self._index.d) != (nodes, dim):
            message = f"{path}: is not of this index ({nodes} rows of length {dim}); rebuild the index"
            raise StoreError(message)
        self._rows = rows
        self._nodes = nodes
        self._row_of = row_of

    @property
    def kind(self) -> Kind:
        """Which approximation it is."""
        return "hnsw" if isinstance(self._index, _faiss.IndexHNSW) else "ivf-pq"

    def search(
        self, vectors: NDArray[Any], query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """About the ``k`` rows with the highest cosine, and their exact scores, best first.

        Args:
            vectors: All stored vectors.
            query: ``(dim,)``.
            k: How many.
        """
        wide, parameters = _SEARCH[self.kind](k)
        _, nodes = self._index.search(query[np.newaxis], min(wide, self._nodes), params=parameters)
        candidates = nodes[0][nodes[0] >= 0]
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
