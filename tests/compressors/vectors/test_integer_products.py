"""Products of whole numbers."""

import numpy as np
import pytest

from excerpt.compressors.vectors.integer_products import inner_products


@pytest.mark.parametrize("right", [1, 2, 12, 700])
@pytest.mark.parametrize("dim", [1, 64, 384])
def test_products_are_exact_however_they_are_cut(right, dim):
    """As whole numbers give them."""
    chance = np.random.default_rng(right * dim)
    left = chance.integers(-127, 128, (900, dim)).astype(np.int8)
    other = chance.integers(-127, 128, (right, dim)).astype(np.float32)
    exact = left.astype(np.int64) @ other.astype(np.int64).T
    assert np.array_equal(inner_products(left, other), exact)
    assert np.array_equal(inner_products(left.astype(np.float32), other), exact)


def test_several_arrays_are_as_one():
    """The states of passages are not put end to end first."""
    chance = np.random.default_rng(1)
    parts = [chance.integers(-127, 128, (rows, 64)).astype(np.int8) for rows in (3, 0, 5_000, 1)]
    other = chance.integers(-127, 128, (7, 64)).astype(np.float32)
    assert np.array_equal(inner_products(parts, other), inner_products(np.concatenate(parts), other))


@pytest.mark.parametrize(("count", "right", "dim"), [(0, 3, 64), (3, 0, 64), (2, 2, 0)])
def test_nothing_times_something(count, right, dim):
    """No rows, no columns, no length."""
    found = inner_products(np.zeros((count, dim), np.int8), np.zeros((right, dim), np.float32))
    assert found.shape == (count, right)
    assert not found.any()
