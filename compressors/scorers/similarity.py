"""Similarity of a unit and the question in an embedding."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.offsets import Offsets
from excerpt.compressors.units.splitting import split
from excerpt.compressors.vectors.encoders import encoder_of, of_queries
from excerpt.errors import ConfigError
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units, UnitVectors
from excerpt.values.vectors import unit_rows

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["RULES_VERSION", "EmbeddingSimilarity", "Similarity", "embedding_similarity"]

RULES_VERSION = 1
"""Raise it with every change of which sentences are encoded, and how; stored ones of another number are not used
(tests/golden)."""

Similarity: TypeAlias = Literal["cosine", "dot"]


@dataclass(frozen=True)
class EmbeddingSimilarity:
    """Similarity of each unit to the query, each encoded alone.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
        similarity: ``"cosine"`` or ``"dot"``.
        titles: Put the passage's title before each unit, as RECOMP does.

    Raises:
        ConfigError: There is no such similarity, or ``titles`` is neither true nor false.
    """

    encoder: "Encoder"
    similarity: Similarity = "cosine"
    titles: bool = False
    name: ClassVar[str] = "embedding-similarity"

    def __post_init__(self) -> None:
        if self.similarity not in get_args(Similarity):
            message = f'similarity: must be "cosine" or "dot"; got {self.similarity!r}'
            raise ConfigError(message)
        check_flag(self.titles, "titles")

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:
        """Similarities, float32 ``(n,)``."""
        return self.score_with_vectors(context, units)[0]

    def score_with_vectors(
        self, context: Context, units: Units
    ) -> tuple[NDArray[np.floating], Callable[[], UnitVectors]]:
        """The similarities, and what gives the vectors they were made of."""
        texts = self._texts(context, units)
        known = self._stored(context, units, texts)
        # Each distinct text once: retrieved passages repeat themselves.
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        asked, computed = self._encoded(context.query, missing)
        known |= zip(missing, computed, strict=True)
        place = {text: position for position, text in enumerate(dict.fromkeys(texts))}
        vectors = np.stack([asked, *(known[text] for text in place)])
        if self.similarity == "cosine":
            vectors = unit_rows(vectors)
        # Row by row rather than as a matrix product, whose rounding depends on how many rows there are.
        distinct = np.einsum("ij,j->i", vectors[1:], vectors[0], optimize=False)
        rows = [place[text] for text in texts]
        return distinct[rows], lambda: UnitVectors(vectors[1:][rows], vectors[0])

    @property
    def fingerprint(self) -> str:
        """Of the encoder, of what it is shown, and of the splitter and guards that stored sentences come from."""
        rules = f"{Offsets('sentence').fingerprint} {Guards().fingerprint}"
        return f"sentence-vectors-{RULES_VERSION} titles={self.titles} {rules} {self.encoder.fingerprint}"

    @property
    def made_with(self) -> dict[str, str]:
        """What the manifest of an index says of stored vectors."""
        return {
            "encoder": self.encoder.name,
            "encoder_fingerprint": self.encoder.fingerprint,
            "quantization": "none, float32",
        }

    def signals(self, passages: Sequence[Passage]) -> list[Columns]:
        """The sentences of each passage that the default guards leave whole, and their vectors, as columns."""
        context = Context.start("", passages)
        units = split("sentence", context, Guards())
        vectors = self.encoder.encode(self._texts(context, units)).reshape(len(units), self.encoder.dim)
        bounds = np.searchsorted(units.passage, np.arange(len(passages) + 1)).tolist()
        return [
            {
                "start": units.start[first:last].astype(np.int32),
                "end": units.end[first:last].astype(np.int32),
                "vector": vectors[first:last],
            }
            for first, last in pairwise(bounds)
        ]

    def columns(self, signals: Columns) -> Columns:
        """They are columns."""
        return signals

    def restored(self, columns: Columns) -> Columns:
        """They are columns."""
        return columns

    def _encoded(self, query: str, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The vectors of a question and of texts; in one call where the encoder reads both alike."""
        asked = of_queries(self.encoder)
        if asked is self.encoder:
            vectors = self.encoder.encode([query, *texts])
            return vectors[0], vectors[1:]
        return asked.encode([query])[0], self.encoder.encode(texts)

    def _texts(self, context: Context, units: Units) -> list[str]:
        texts = units.texts(context.passages)
        if not self.titles:
            return texts
        titles = [context.passages[index].title for index in units.passage.tolist()]
        return [f"{title} {text}" if title else text for title, text in zip(titles, texts, strict=True)]

    def _stored(self, context: Context, units: Units, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that an index knows, by what was encoded."""
        if context.recall is None or units.kind != "sentence":
            return {}
        present = np.unique(units.passage).tolist()
        rows = context.recall.stored(self, [context.passages[index] for index in present])
        place = {
            (index, start, end): vector
            for index, columns in zip(present, rows, strict=True)
            if columns is not None
            for start, end, vector in zip(
                columns["start"].tolist(), columns["end"].tolist(), columns["vector"], strict=True
            )
        }
        spans = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
        return {text: place[span] for text, span in zip(texts, spans, strict=True) if span in place}


def embedding_similarity(
    model: "str | Path | Encoder" = "all-MiniLM-L6-v2",
    *,
    similarity: Similarity = "cosine",
    titles: bool = False,
) -> EmbeddingSimilarity:
    """Similarity of question and unit in a dual encoder.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        similarity: ``"cosine"`` or ``"dot"``.
        titles: Put the passage's title before each unit.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    return EmbeddingSimilarity(encoder_of(model), similarity, titles)
