"""Directions of vectors as int8 with a scale."""

import numpy as np

from excerpt.compressors.evidence.quantized import quantize_vectors


def test_quantized_directions_are_close():
    """Direction times scale has length 1 and points where the vector does."""
    vectors = np.random.default_rng(5).normal(size=(20, 64)).astype(np.float32)
    whole, scale, norm = quantize_vectors(vectors)
    back = whole * scale[:, None]
    assert np.allclose(np.linalg.norm(back, axis=1), 1, atol=0.01)
    assert np.abs(back * norm[:, None] - vectors).max() < 0.02


def test_a_zero_vector_stays_zero():
    """Nothing is divided by zero."""
    whole, scale, norm = quantize_vectors(np.zeros((1, 4), dtype=np.float32))
    assert not whole.any()
    assert scale[0] == norm[0] == 0
