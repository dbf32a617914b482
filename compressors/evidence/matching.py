"""Hashed words against those that are asked for: where they are, and how often."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["count_words", "positions"]

Floats = NDArray[np.float32]
_LAST_BITS = np.uint32(0x3FFF)


def positions(hashes: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Index in ``wanted`` of each of ``hashes``, -1 where it is not there; ``wanted`` is distinct."""
    place = np.full(len(hashes), -1)
    if len(wanted) == 0:
        return place
    # Few of thousands of words are wanted: their last bits rule out nearly all of the others.
    likely = np.zeros(_LAST_BITS + 1, dtype=bool)
    likely[wanted & _LAST_BITS] = True
    at = np.flatnonzero(likely[hashes & _LAST_BITS])
    order = np.argsort(wanted, kind="stable")
    ranked = wanted[order]
    found = np.minimum(np.searchsorted(ranked, hashes[at]), len(ranked) - 1)
    same = ranked[found] == hashes[at]
    place[at[same]] = order[found[same]]
    return place


def count_words(place: NDArray[np.int64], wanted: int, unit: NDArray[np.int64], units: int) -> Floats:
    """How often each wanted number stands in each unit, ``(units, wanted)``; -1 is no number and no unit."""
    hit = (place >= 0) & (unit >= 0)
    flat = unit[hit] * wanted + place[hit]
    return np.bincount(flat, minlength=units * wanted).reshape(units, wanted).astype(np.float32)
