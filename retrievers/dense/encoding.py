"""Sentence vectors for passages and queries, of length one."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.vectors.encoders import of_queries
from excerpt.compressors.vectors.passage_states import passage_vectors
from excerpt.errors import ModelError
from excerpt.values.types import Passage
from excerpt.values.vectors import unit_rows

__all__ = [
    "DEFAULT_ENCODER",
    "EncoderLike",
    "TextEncoder",
    "load_encoder",
    "query_vector",
    "unit_passage_vectors",
]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
"""The encoder that ships with the package."""


@runtime_checkable
class TextEncoder(Protocol):
    """What an index needs of a sentence encoder. `excerpt.models.SentenceEncoder` is one."""

    @property
    def name(self) -> str:
        """What to call it, and what to load it by."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, float32 ``(n, dim)``; each depends on its own text alone."""


EncoderLike: TypeAlias = TextEncoder | str


def load_encoder(encoder: EncoderLike) -> TextEncoder:
    """An encoder from its name, or the encoder that was given.

    Raises:
        ModelError: There is no model of that name, or the object is not an encoder.
    """
    if isinstance(encoder, str):
        from excerpt.models import load_encoder as load_by_name  # noqa: PLC0415 - a lexical index needs none

        return load_by_name(encoder)
    if not isinstance(encoder, TextEncoder):
        message = (
            f"encoder: expected a name or an object with name, dim, fingerprint and encode(texts); "
            f"got {type(encoder).__name__}"
        )
        raise ModelError(message)
    return encoder


def query_vector(encoder: TextEncoder, query: str) -> NDArray[np.float32]:
    """The vector of a question, of length one, float32 ``(dim,)``.

    Raises:
        ModelError: As `unit_passage_vectors`.
    """
    vector: NDArray[np.float32] = _unit(encoder, of_queries(encoder).encode([query]), 1)[0]
    return vector


def unit_passage_vectors(encoder: TextEncoder, passages: Sequence[Passage]) -> NDArray[np.float32]:
    """The vectors of passages (`passage_vectors`), of length one, float32 ``(n, dim)``; a zero vector stays zero.

    Raises:
        ModelError: The encoder gave another shape than it promises, or numbers that are not finite.
    """
    return _unit(encoder, passage_vectors(encoder, passages), len(passages))


def _unit(encoder: TextEncoder, given: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    vectors = np.asarray(given, dtype=np.float32)
    if vectors.shape != (count, encoder.dim):
        message = (
            f"encoder {encoder.name!r}: gave vectors of shape {vectors.shape} for {count} texts and "
            f"dim {encoder.dim}; expected ({count}, {encoder.dim})"
        )
        raise ModelError(message)
    if not np.isfinite(vectors).all():
        message = f"encoder {encoder.name!r}: gave numbers that are not finite; the model is damaged"
        raise ModelError(message)
    return unit_rows(vectors).astype(np.float32, copy=False)
