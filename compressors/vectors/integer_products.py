"""Inner products of vectors of whole numbers, on the calling thread alone.

Sums of integers below 2**24 are exact in float32, so nothing depends on how a matrix library splits the work. How long
it takes does: OpenBLAS gives a product of some size to all cores, and on a busy machine the wait for the slowest of
them is many times the product. A question makes a few products that take a millisecond or less each.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["inner_products"]

_MATRIX, _VECTOR = 262_144, 9_216
"""Multiplications up to which OpenBLAS stays on one thread: of two matrices, and of a matrix and a vector."""


def inner_products(left: NDArray[np.generic], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """The products of all rows, float32 ``(n, m)``.

    Args:
        left: ``(n, dim)``, whole numbers of any type, such as int8.
        right: ``(m, dim)``, whole numbers.
    """
    count, dim = left.shape
    limit = _VECTOR if len(right) == 1 else _MATRIX
    rows = max(1, limit // max(1, dim * len(right)))
    products = np.empty((count, len(right)), dtype=np.float32)
    columns = right.T
    for start in range(0, count, rows):
        part = slice(start, start + rows)
        np.matmul(left[part].astype(np.float32, copy=False), columns, out=products[part])
    return products
