"""Tests of excerpt.values.vectors."""

import numpy as np
import pytest

from excerpt.values.vectors import unit_rows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_have_length_one(dtype):
    """In the type that they came in; zeros stay zeros."""
    vectors = np.random.default_rng(0).normal(size=(50, 7)).astype(dtype)
    vectors[3] = 0
    units = unit_rows(vectors)
    assert units.dtype == dtype
    lengths = np.linalg.norm(units, axis=1)
    assert np.allclose(np.delete(lengths, 3), 1)
    assert not units[3].any()


def test_a_row_does_not_depend_on_the_others():
    """To the last bit: a vector that is computed alone is the one that an index has."""
    vectors = np.random.default_rng(1).normal(size=(40, 384)).astype(np.float32)
    alone = np.concatenate([unit_rows(row[None]) for row in vectors])
    assert np.array_equal(unit_rows(vectors), alone)
