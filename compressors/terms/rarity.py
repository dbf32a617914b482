"""How much a term tells: the fewer texts have it, the more."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["rarity"]


def rarity(df: NDArray[np.generic], count: int) -> NDArray[np.float32]:
    """Inverse document frequency in BM25's form, never negative.

    Args:
        df: How many of the texts have each term.
        count: How many texts there are.
    """
    known = df.astype(np.float32)
    weights: NDArray[np.float32] = np.log1p((count - known + 0.5) / (known + 0.5)).astype(np.float32)
    return weights
