"""Tests of excerpt.retrievers.dense.approximate, graph and cells."""

from pathlib import Path

import numpy as np
import pytest

from excerpt.errors import StoreError
from excerpt.retrievers.dense.approximate import (
    AUTO_ROWS,
    Approximate,
    build_approximate,
    kind_for,
    needs_rebuild,
)
from excerpt.retrievers.dense.cells import LEAST_ROWS
from excerpt.retrievers.dense.exact import search_exact

ROWS = {"hnsw": 3000, "ivf-pq": LEAST_ROWS}
both = pytest.mark.parametrize("kind", ROWS)


def vectors(rows: int, dim: int = 24) -> np.ndarray:
    """Vectors of length one around forty directions, as texts on forty subjects have them."""
    chance = np.random.default_rng(1)
    made = chance.standard_normal((40, dim))[chance.integers(40, size=rows)]
    made = made + 0.5 * chance.standard_normal((rows, dim))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def built(kind: str, stored: np.ndarray, path: Path) -> Approximate:
    """Written and read."""
    build_approximate(kind, stored, path)
    return Approximate(path, len(stored), stored.shape[1])


@both
def test_nearly_all_neighbours_are_found(tmp_path: Path, kind: str) -> None:
    """At least 95% of the exact neighbours."""
    stored = vectors(ROWS[kind])
    index = built(kind, stored, tmp_path / "a.faiss")
    found = [
        len(set(index.search(stored, q, 20)[0]) & set(search_exact(stored, q, 20)[0])) for q in stored[:50]
    ]
    assert index.kind == kind
    assert sum(found) >= 0.95 * 50 * 20


@both
@pytest.mark.parametrize("precision", [np.float32, np.float16])
def test_scores_are_exact(tmp_path: Path, kind: str, precision: type) -> None:
    """A hit has the score that exact search gives it."""
    stored = vectors(ROWS[kind]).astype(precision)
    query = stored[9].astype(np.float32)
    rows, scores = built(kind, stored, tmp_path / "a.faiss").search(stored, query, 10)
    exact = dict(zip(*map(np.ndarray.tolist, search_exact(stored, query, len(stored))), strict=True))
    assert rows[0] == 9
    assert [exact[row] for row in rows.tolist()] == scores.tolist()


@both
def test_rows_outside_are_found(tmp_path: Path, kind: str) -> None:
    """What was added after the FAISS index was built is searched exactly."""
    stored = vectors(ROWS[kind] + 100)
    index = built(kind, stored[:-100], tmp_path / "a.faiss")
    rows, _ = index.search(stored, stored[-50], 3)
    assert rows[0] == len(stored) - 50


@both
def test_deleted_rows_are_not_found(tmp_path: Path, kind: str) -> None:
    """A node of a deleted row is passed over, those behind it have moved."""
    stored = vectors(ROWS[kind])
    build_approximate(kind, stored, tmp_path / "a.faiss")
    row_of = np.arange(-1, len(stored) - 1)
    index = Approximate(tmp_path / "a.faiss", len(stored) - 1, stored.shape[1], row_of)
    rows, scores = index.search(stored[1:], stored[0], 5)
    exact = dict(zip(*map(np.ndarray.tolist, search_exact(stored[1:], stored[0], len(stored))), strict=True))
    assert rows[0] == next(iter(exact))
    assert [exact[row] for row in rows.tolist()] == scores.tolist()


@both
def test_the_same_vectors_give_the_same_file(tmp_path: Path, kind: str) -> None:
    """Building is deterministic."""
    for name in ("a", "b"):
        build_approximate(kind, vectors(ROWS[kind]), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@both
def test_another_indexs_file_is_refused(tmp_path: Path, kind: str) -> None:
    """One over other rows is named."""
    build_approximate(kind, vectors(ROWS[kind]), tmp_path / "a.faiss")
    with pytest.raises(StoreError, match=r"a\.faiss: is not of this index"):
        Approximate(tmp_path / "a.faiss", ROWS[kind] + 1, 24)


def test_cells_are_small(tmp_path: Path) -> None:
    """A byte for six dimensions and eight for the number; the graph holds the vectors."""
    sizes = {}
    for kind in ROWS:
        build_approximate(kind, vectors(LEAST_ROWS, 48), tmp_path / kind)
        sizes[kind] = (tmp_path / kind).stat().st_size / LEAST_ROWS
    assert sizes["ivf-pq"] < 8 + 48 / 6 + 16
    assert sizes["hnsw"] > 10 * sizes["ivf-pq"]


@pytest.mark.parametrize("dim", [1, 5, 7, 24, 48])
def test_codes_fit_vectors_of_any_length(tmp_path: Path, dim: int) -> None:
    """Also where six does not divide it."""
    stored = vectors(LEAST_ROWS, dim)
    rows, _ = built("ivf-pq", stored, tmp_path / "a.faiss").search(stored, stored[3], 1)
    assert (stored[rows] @ stored[3]).item() == pytest.approx(1)


def test_a_few_passages_are_searched_exactly() -> None:
    """By hand and by rule."""
    assert kind_for("auto", AUTO_ROWS - 1) is None
    assert kind_for("auto", AUTO_ROWS) == "ivf-pq"
    assert kind_for("exact", AUTO_ROWS) is None
    assert kind_for("hnsw", 1) == "hnsw"
    assert kind_for("ivf-pq", LEAST_ROWS - 1) is None
    assert kind_for("ivf-pq", LEAST_ROWS) == "ivf-pq"


def test_it_is_rebuilt_when_its_tail_is_long() -> None:
    """A quarter of its nodes, or 25,000 rows."""
    assert not needs_rebuild(125_000, 100_000, 100_000)
    assert needs_rebuild(125_001, 100_000, 100_000)
    assert not needs_rebuild(26_000, 1_000, 1_000)


def test_it_is_rebuilt_when_a_quarter_of_it_is_deleted() -> None:
    """Nodes of deleted rows are found for nothing."""
    assert not needs_rebuild(75, 75, 100)
    assert needs_rebuild(74, 74, 100)
