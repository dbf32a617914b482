"""What Sentinel expects of a proxy: a model whose attention from a question to the sentences of a context is read.

A proxy reads one window at a time and never truncates: whoever asks cuts long contexts first, with
``room`` and ``count`` (:mod:`excerpt.models.attention.chunks`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.models.protocols import Check

__all__ = ["AttentionFeatures", "AttentionProxy", "ProbeRequest"]


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """One question on one context that fits in the proxy's window.

    Args:
        question: The question. It may be empty.
        text: The context, as it is put into the proxy's prompt.
        spans: The sentences as half-open character spans of ``text``: sorted, not empty, not overlapping. Text
            between them is read but belongs to no sentence.
    """

    question: str
    text: str
    spans: tuple[tuple[int, int], ...]


class AttentionFeatures(NamedTuple):
    """How each sentence of one context was attended to.

    Let ``a`` be the attention of one query row of one head over the whole sequence. Its share in the context
    is ``mass``, the sum of ``a`` over the context's tokens (all tokens of ``text``, those between sentences
    included), and ``r = a / mass`` is what is left when the softmax is restricted to the context (computed in
    float32, from the logits or the probabilities). A token belongs to every sentence whose characters it overlaps.

    The ``width`` columns are ``len(queries) * layers * heads``, query-major, then layer, then head. Where a query
    stands for several rows (an encoder's question tokens, a decoder's last n tokens), ``r`` and ``mass``
    are the (weighted) means of the rows', each row renormalised for itself.

    Attributes:
        attention: Float32 ``(sentences, width)``, the mean of ``r`` over the tokens of each sentence; 0 for a
            sentence without tokens.
        mass: Float32 ``(width,)``, the context's share of the attention before it was renormalised, 0 to 1.
        tokens: Int64 ``(sentences,)``, how many tokens each mean is over; 0 is possible (characters that the
            tokenizer drops).
        context_tokens: Tokens of the whole context.
    """

    attention: NDArray[np.float32]
    mass: NDArray[np.float32]
    tokens: NDArray[np.int64]
    context_tokens: int


class AttentionProxy(Protocol):
    """Reads questions with contexts and says where each layer and head looks."""

    @property
    def name(self) -> str:
        """What the proxy can be loaded by again: a bundled name, a directory or a hub name."""
        ...

    @property
    def fingerprint(self) -> str:
        """Sha256 over everything that changes a feature: weights, config, prompt template, queries, pooling.

        Not over what must not change one: device, data type of the kernels, batch size.
        """
        ...

    @property
    def settings(self) -> dict[str, str]:
        """The parts of the fingerprint in words, so that a mismatch can say which differs; JSON-ready."""
        ...

    @property
    def layers(self) -> int:
        """Layers that are probed, from the first on."""
        ...

    @property
    def heads(self) -> int:
        """Query heads of a layer."""
        ...

    @property
    def queries(self) -> tuple[str, ...]:
        """What attends: ``("last",)`` for a decoder's last prompt token; ``("question", "cls")`` for an encoder."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens of one window: prompt template, question and context together."""
        ...

    def room(self, question: str) -> int:
        """Tokens that are left for the context beside this question; may be 0 or less."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a context."""
        ...

    def features(self, question: str, text: str, spans: Sequence[tuple[int, int]]) -> AttentionFeatures:
        """``features_many`` of one request."""
        ...

    def features_many(
        self, requests: Sequence[ProbeRequest], *, check: Check = None
    ) -> list[AttentionFeatures]:
        """The features of each request, in order; the same numbers whatever else is asked in the same call.

        Args:
            requests: Questions with contexts, in any mixture.
            check: Called between batches; what it raises ends the call.

        Raises:
            InputError: A request does not fit in the window (nothing is ever truncated), or its spans are not
                sorted, empty or outside of the text.
            ModelError: The model cannot be run.
        """
        ...
