"""Tests of excerpt.retrievers.dense.exact."""

import numpy as np
import pytest

from excerpt.retrievers.dense import exact as dense
from excerpt.retrievers.dense.exact import cosines, search_exact


def vectors(rows: int, dim: int = 24) -> np.ndarray:
    """Vectors of length one, a third of them repeated."""
    made = np.random.default_rng(0).standard_normal((rows, dim)).astype(np.float32)
    made[::3] = made[0]
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_search_does_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """Rows and scores are those of a stable sort of all scores, ties by row."""
    stored = vectors(100)
    monkeypatch.setattr(dense, "_BLOCK", block)
    rows, scores = search_exact(stored, stored[4], 60)
    everything = cosines(stored, stored[4])
    expected = sorted(range(100), key=lambda row: (-everything[row], row))[:60]
    assert rows.tolist() == expected
    assert scores.tolist() == everything[expected].tolist()


def test_scores_are_inner_products() -> None:
    """FAISS's routine agrees with numpy."""
    stored = vectors(50)
    assert cosines(stored, stored[1]) == pytest.approx(stored @ stored[1], abs=1e-6)


def test_half_precision_is_searched() -> None:
    """float16 vectors give nearly the same scores."""
    stored = vectors(50)
    _, scores = search_exact(stored.astype(np.float16), stored[1], 5)
    assert scores == pytest.approx(search_exact(stored, stored[1], 5)[1], abs=2e-3)


def test_a_query_of_another_length_is_refused() -> None:
    """Lengths are checked before memory is read."""
    with pytest.raises(ValueError, match="do not fit"):
        cosines(vectors(5), np.zeros(25, np.float32))
