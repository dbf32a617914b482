"""Hashed words against those that are asked for."""

import numpy as np

from excerpt.compressors.evidence.matching import positions


def test_words_are_found_that_only_look_alike_in_their_last_bits():
    """What rules out most words never decides by itself."""
    wanted = np.array([7, 7 + (1 << 20), 3], dtype=np.uint32)
    words = np.array([3, 7, 7 + (1 << 21), 7 + (1 << 20), 5], dtype=np.uint32)
    assert positions(words, wanted).tolist() == [2, 0, -1, 1, -1]
    assert positions(words, wanted[:0]).tolist() == [-1] * 5
