"""A proxy for tests: words are tokens, and heads look at the words of the question. No model file."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.models.attention.protocols import AttentionFeatures, ProbeRequest
from excerpt.models.attention.tokens import check_spans, token_ranges


class WordProxy:
    """A word that is in the question gets a higher logit; by how much differs by head."""

    queries = ("last",)
    layers = 2
    heads = 2

    def __init__(self, max_tokens: int = 40, name: str = "words") -> None:
        self.name = name
        self.max_tokens = max_tokens
        self.settings = {"name": name, "template": "{question} {context}"}
        self.fingerprint = sha256(name.encode()).hexdigest()
        self.asked: list[ProbeRequest] = []

    def room(self, question: str) -> int:
        return self.max_tokens - 2 - len(question.split())

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def features(self, question: str, text: str, spans: Sequence[tuple[int, int]]) -> AttentionFeatures:
        return self.features_many([ProbeRequest(question, text, tuple(spans))])[0]

    def features_many(self, requests: Sequence[ProbeRequest], *, check=None) -> list[AttentionFeatures]:
        self.asked += requests
        return [self._features(request) for request in requests]

    def _features(self, request: ProbeRequest) -> AttentionFeatures:
        check_spans(request, "request")
        words, offsets = words_of(request.text)
        if len(words) > self.room(request.question):
            message = f"{len(words)} words do not fit"
            raise InputError(message)
        asked = set(request.question.casefold().split())
        hit = np.array([word.casefold().strip("?.,") in asked for word in words], dtype=np.float64)
        logits = hit[:, None] * np.array([0.5, 1.0, 2.0, 3.0])
        rest = float(len(asked) + 2)
        return pooled(logits, rest, token_ranges(offsets, request.spans))


def words_of(text: str) -> tuple[list[str], NDArray[np.int64]]:
    """The words of a text and their characters."""
    words, offsets, at = text.split(), [], 0
    for word in words:
        start = text.index(word, at)
        at = start + len(word)
        offsets.append((start, at))
    return words, np.array(offsets, dtype=np.int64).reshape(-1, 2)


def pooled(logits: NDArray[np.float64], rest: float, ranges: NDArray[np.int64]) -> AttentionFeatures:
    """Features from the logits of the context ``(t, width)`` and the summed weight of everything else."""
    weights = np.exp(logits)
    mass = weights.sum(axis=0) / (weights.sum(axis=0) + rest)
    attention = weights / np.maximum(weights.sum(axis=0), 1e-300)
    rows = [
        attention[first:last].mean(axis=0) if last > first else np.zeros(logits.shape[1])
        for first, last in ranges.tolist()
    ]
    tokens = ranges[:, 1] - ranges[:, 0]
    return AttentionFeatures(
        np.array(rows, dtype=np.float32).reshape(len(ranges), logits.shape[1]),
        mass.astype(np.float32),
        tokens,
        len(logits),
    )
