"""Whole passages by embedding similarity: a retriever with a smaller k."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity, encoder_of
from excerpt.run.fit import Room
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["PassageSimilarity"]


class PassageSimilarity:
    """Whole passages by similarity: what a retriever or reranker with a smaller k does.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.

    Raises:
        ModelError: The model cannot be found or read.
    """

    name = "passage-similarity"

    def __init__(self, model: "str | Encoder" = "all-MiniLM-L6-v2") -> None:
        self.scorer = EmbeddingSimilarity(encoder_of(model))

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the most similar passages that fit."""
        return Extractive(self.name, "passage", self.scorer).compress(context, room)
