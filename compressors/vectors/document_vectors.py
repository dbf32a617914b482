"""One vector a passage, made when it was indexed: what xRAG turns into an input embedding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.compressors.vectors.passage_states import RULES, passage_vectors
from excerpt.contracts import EncoderContract, with_defaults
from excerpt.errors import InputError, ModelError
from excerpt.models.xrag.manifest import EncoderTraits
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage
from excerpt.values.vectors import unit_rows

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["VECTOR", "DocumentVectors", "GivenVectors", "VectorSource", "traits_of", "vectors_fingerprint"]

VECTOR = "vector"
"""The column of a stored vector, float ``(1, dim)``."""


def vectors_fingerprint(encoder: str, *, normalized: bool, rules: str = RULES) -> str:
    """What stored vectors are found by.

    Args:
        encoder: The encoder's fingerprint.
        normalized: Whether they are of length 1.
        rules: Versions of the rules that they were made by.
    """
    return f"document-vectors {rules} {'unit' if normalized else 'raw'} {encoder}"


class VectorSource(Protocol):
    """Where the vectors of passages come from."""

    @property
    def traits(self) -> EncoderTraits:
        """What made them."""

    def of(self, context: Context, wanted: Sequence[int]) -> NDArray[np.float32]:
        """One vector for each wanted passage, ``(n, dim)``."""


def traits_of(encoder: "Encoder") -> EncoderTraits:
    """The traits of an encoder as excerpt runs it."""
    optional = with_defaults(encoder, EncoderContract)
    pooling = "" if optional.card is None else optional.card.pooling
    return EncoderTraits(
        encoder.name, encoder.fingerprint, encoder.dim, pooling, max_tokens=optional.max_tokens
    )


_BRING = (
    "bring its vectors with the passages, and say where they are "
    '(vectors = "NAME" of the stage xrag, or GivenVectors)'
)


@dataclass(frozen=True)
class DocumentVectors:
    """Vectors of title and text, as an index embeds them: taken from the index, and computed only where it has none.

    Also a source of stored features: ``Index.build(..., features=[DocumentVectors(...)])`` keeps the vectors of an
    encoder that is not the index's own.

    Args:
        traits: What makes them. The encoder is loaded by its name when a vector is missing.
        encoder: The encoder itself, where it is there already.
        name: What reports call it.
    """

    traits: EncoderTraits
    encoder: "Encoder | None" = None
    name: str = "document-vectors"

    @property
    def fingerprint(self) -> str:
        """Of the encoder, and whether the vectors are scaled."""
        return vectors_fingerprint(self.traits.fingerprint, normalized=self.traits.normalized)

    def of(self, context: Context, wanted: Sequence[int]) -> NDArray[np.float32]:
        """One vector for each wanted passage, ``(n, dim)``.

        Raises:
            ModelError: One is missing, and the encoder cannot be loaded or is another.
        """
        return np.stack(context.signals(self, wanted))

    def signals(self, passages: Sequence[Passage]) -> list[NDArray[np.float32]]:
        """The vector of each passage, ``(dim,)``.

        Raises:
            ModelError: The encoder cannot be loaded, or is not the one of ``traits``.
        """
        vectors = passage_vectors(self._loaded, passages)
        if self.traits.normalized:
            vectors = unit_rows(vectors)
        return list(np.asarray(vectors, dtype=np.float32))

    def columns(self, signals: NDArray[np.float32]) -> Columns:
        """One row."""
        return {VECTOR: signals[None]}

    def restored(self, columns: Columns) -> NDArray[np.float32]:
        """The row."""
        return np.asarray(columns[VECTOR][0], dtype=np.float32)

    @cached_property
    def _loaded(self) -> "Encoder":
        from excerpt.models import load_encoder  # noqa: PLC0415 - not where an index has all vectors
        from excerpt.models.card import Pooling  # noqa: PLC0415 - as above

        if self.encoder is None and self.traits.pooling not in ("", *get_args(Pooling)):
            message = (
                f"document vectors: the encoder {self.traits.name!r} ({self.traits.pooling} pooling) is not one that "
                f"excerpt runs; {_BRING}"
            )
            raise ModelError(message)
        try:
            encoder = self.encoder or load_encoder(self.traits.name)
        except ModelError as error:
            message = f"document vectors: {error}; or {_BRING}"
            raise ModelError(message) from error
        if self.traits.fingerprint and encoder.fingerprint != self.traits.fingerprint:
            message = (
                f"document vectors: the encoder {encoder.name!r} is not the one that made the others (fingerprint "
                f"{encoder.fingerprint[:12]}, not {self.traits.fingerprint[:12]}); give the same, or index anew"
            )
            raise ModelError(message)
        return encoder


@dataclass(frozen=True)
class GivenVectors:
    """Vectors that came with the passages, from a retriever of one's own.

    Args:
        traits: What made them; it is held against the bridge's manifest.
        key: The entry of ``passage.metadata`` that holds a vector.
    """

    traits: EncoderTraits
    key: str = VECTOR

    def of(self, context: Context, wanted: Sequence[int]) -> NDArray[np.float32]:
        """One vector for each wanted passage, ``(n, dim)``.

        Raises:
            InputError: A passage has none, or one of another length.
        """
        rows = []
        for index in wanted:
            vector = np.asarray(context.passages[index].metadata.get(self.key, ()), dtype=np.float32)
            if vector.shape != (self.traits.dim,) or not np.isfinite(vector).all():
                message = (
                    f"passages[{index}].metadata[{self.key!r}]: expected {self.traits.dim} finite numbers, got an "
                    f"array of shape {vector.shape}"
                )
                raise InputError(message)
            rows.append(vector)
        return np.stack(rows)
