"""Vectors of length one."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["unit_rows"]

_LEAST = 1e-12  # what is shorter counts as zero


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Every row divided by its length; a row of zeros stays one.

    The one way to make vectors comparable by inner product, so that the same vector has the same bits in an index, in a
    score and in training. Quantized directions are not made here (`excerpt.compressors.evidence.quantized`): these are
    integers with a scale, and their lengths are sums in an order of their own, which stored signals depend on.

    Args:
        vectors: ``(n, dim)``, float32 or float64.

    Returns:
        ``(n, dim)`` of the same type.
    """
    units: NDArray[np.floating] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _LEAST)
    return units
