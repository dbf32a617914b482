"""Tests of excerpt.retrievers.ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.retrievers.ranking import fuse, top


@given(st.lists(st.sampled_from([0.0, -1.5, 0.25, 7.0]), max_size=60), st.integers(1, 70))
def test_top_is_a_stable_sort_cut_at_k(values: list[float], k: int) -> None:
    """Equal scores keep the order of their positions, also where the cut falls between them."""
    expected = sorted(range(len(values)), key=lambda row: (-values[row], row))[:k]
    assert top(np.array(values, dtype=np.float32), k).tolist() == expected


def test_fusion_is_the_papers_formula() -> None:
    """A row's score is the sum of 1 / (60 + rank) over the rankings it is in."""
    rows, scores = fuse([np.array([4, 2]), np.array([2, 9])], 3)
    assert rows.tolist() == [2, 4, 9]
    assert scores.tolist() == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_fusion_breaks_ties_by_row() -> None:
    """Rows with the same fused score come in the order of the index."""
    rows, _ = fuse([np.array([8, 3]), np.array([3, 8])], 2)
    assert rows.tolist() == [3, 8]


def test_fusion_of_one_ranking_keeps_it() -> None:
    """With one ranking there is nothing to fuse."""
    rows, _ = fuse([np.array([5, 1, 7])], 2)
    assert rows.tolist() == [5, 1]


def test_fusion_of_nothing_is_nothing() -> None:
    """An empty ranking is allowed."""
    rows, scores = fuse([np.array([], dtype=np.int64)], 2)
    assert (len(rows), len(scores)) == (0, 0)
