"""Tests of winnow.retrievers.graph."""

from pathlib import Path

import numpy as np
import pytest

from winnow.errors import StoreError
from winnow.retrievers.dense import search_exact
from winnow.retrievers.graph import Graph, build_graph, needs_rebuild


def vectors(rows: int = 3000, dim: int = 16) -> np.ndarray:
    """Vectors of length one."""
    made = np.random.default_rng(1).standard_normal((rows, dim)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_the_graph_finds_nearly_all_neighbours(tmp_path: Path) -> None:
    """At least 95% of the exact neighbours are found."""
    stored = vectors()
    build_graph(stored, tmp_path / "graph.faiss")
    graph = Graph(tmp_path / "graph.faiss", len(stored), 16)
    queries = stored[:50] + 0.1
    found = [len(set(graph.search(stored, q, 20)[0]) & set(search_exact(stored, q, 20)[0])) for q in queries]
    assert sum(found) >= 0.95 * 50 * 20


def test_scores_are_exact(tmp_path: Path) -> None:
    """A hit of the graph has the score that exact search gives it."""
    stored = vectors()
    build_graph(stored, tmp_path / "graph.faiss")
    rows, scores = Graph(tmp_path / "graph.faiss", len(stored), 16).search(stored, stored[9], 10)
    exact = dict(zip(*map(np.ndarray.tolist, search_exact(stored, stored[9], 3000)), strict=True))
    assert [exact[row] for row in rows.tolist()] == scores.tolist()


def test_rows_outside_the_graph_are_found(tmp_path: Path) -> None:
    """What was added after the graph was built is searched exactly."""
    stored = vectors()
    build_graph(stored[:2900], tmp_path / "graph.faiss")
    rows, _ = Graph(tmp_path / "graph.faiss", 2900, 16).search(stored, stored[2950], 3)
    assert rows[0] == 2950


def test_the_same_vectors_give_the_same_file(tmp_path: Path) -> None:
    """Building is deterministic."""
    build_graph(vectors(), tmp_path / "a")
    build_graph(vectors(), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_another_indexs_graph_is_refused(tmp_path: Path) -> None:
    """A graph over other rows is named."""
    build_graph(vectors(100), tmp_path / "graph.faiss")
    with pytest.raises(StoreError, match=r"graph\.faiss: is not the graph"):
        Graph(tmp_path / "graph.faiss", 101, 16)


def test_a_graph_is_rebuilt_when_its_tail_is_long() -> None:
    """A quarter of the graph, or 25,000 rows."""
    assert not needs_rebuild(125_000, 100_000, 100_000)
    assert needs_rebuild(125_001, 100_000, 100_000)
    assert not needs_rebuild(26_000, 1_000, 1_000)


def test_a_graph_is_rebuilt_when_a_quarter_of_it_is_deleted() -> None:
    """Nodes of deleted rows are found for nothing."""
    assert not needs_rebuild(75, 75, 100)
    assert needs_rebuild(74, 74, 100)
