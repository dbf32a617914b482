"""Inner products of vectors of whole numbers, on the calling thread alone.

Sums of integers below 2**24 are exact in float32, so nothing depends on how a matrix library splits the work. How long
it takes does: OpenBLAS gives a product of some size to all cores, and on a busy machine the wait for the slowest of
them is many times the product. A question makes a few products that take a millisecond or less each.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["inner_products"]

_MATRIX, _VECTOR = 262_144, 9_216
"""Multiplications up to which OpenBLAS stays on one thread: of two matrices, and of a matrix and a vector."""


def inner_products(
    left: NDArray[np.generic] | Sequence[NDArray[np.generic]], right: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The products of all rows, float32 ``(n, m)``, those with one row of ``right`` side by side in memory.

    Args:
        left: ``(n, dim)``, whole numbers of any type, such as int8; or several such arrays, as if put end to end.
        right: ``(m, dim)``, whole numbers.
    """
    parts = [left] if isinstance(left, np.ndarray) else left
    dim = right.shape[1]
    limit = _VECTOR if len(right) == 1 else _MATRIX
    rows = max(1, limit // max(1, dim * len(right)))
    products = np.empty((len(right), sum(map(len, parts))), dtype=np.float32)
    at = 0
    for part in parts:
        for start in range(0, len(part), rows):
            some = part[start : start + rows].astype(np.float32, copy=False)
            np.matmul(right, some.T, out=products[:, at : at + len(some)])
            at += len(some)
    return products.T
