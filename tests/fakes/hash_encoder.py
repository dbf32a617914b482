"""A tiny encoder for tests: words hashed into a few dimensions, no model file."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class HashEncoder:
    """Adds one pseudo-random vector a word; equal texts get equal vectors, in any process."""

    def __init__(self, dim: int = 16, name: str = "hash") -> None:
        self.name = name
        self.dim = dim
        self.max_tokens = 256
        self.fingerprint = f"{name}-{dim}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, float32 ``(n, dim)``."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                vectors[row] += self._vector(word)
        return vectors

    def _vector(self, word: str) -> NDArray[np.float32]:
        digest = hashlib.shake_256(f"{self.name} {word}".encode()).digest(self.dim)
        return np.frombuffer(digest, dtype=np.uint8).astype(np.float32) - 127.5
