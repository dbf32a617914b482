"""A tiny token encoder for tests: one pseudo-random state a word, no model file."""

import re
from types import SimpleNamespace

import numpy as np
from fakes.hash_encoder import HashEncoder

from excerpt.models.protocols import TokenStates

_WORD = re.compile(r"\S+")


class TokenHashEncoder(HashEncoder):
    """States of words do not depend on their neighbours. Remembers the texts it was given."""

    def __init__(self, dim: int = 32, max_tokens: int = 256) -> None:
        super().__init__(dim, "token-hash")
        self.max_tokens = max_tokens
        self.tokenizer = SimpleNamespace(pieces=self._pieces)
        self.seen: list[str] = []

    def encode_tokens(self, texts, *, check=None):
        """One state a word, and one for each of two special tokens."""
        self.seen += texts
        return [self._states(text) for text in texts]

    def _states(self, text):
        spans = [(0, 0), *(match.span() for match in _WORD.finditer(text)), (0, 0)]
        words = [re.sub(r"\W", "", text[start:end]).casefold() or "special" for start, end in spans]
        return TokenStates(np.stack([self._vector(word) for word in words]), np.array(spans, dtype=np.int64))

    def _pieces(self, texts):
        pieces = []
        for text in texts:
            spans = [match.span() for match in _WORD.finditer(text)]
            offsets = np.array(spans, dtype=np.int64).reshape(-1, 2)
            pieces.append(SimpleNamespace(ids=list(range(len(spans))), offsets=offsets))
        return pieces
