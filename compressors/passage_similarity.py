"""Whole passages by embedding similarity: a retriever with a smaller k."""

from winnow.compressors.extractive import Extractive
from winnow.compressors.scorers import EmbeddingSimilarity
from winnow.fit import Room
from winnow.models import load_encoder
from winnow.types import Context

__all__ = ["PassageSimilarity"]


class PassageSimilarity:
    """Whole passages by similarity: what a retriever or reranker with a smaller k does.

    Args:
        model: Sentence encoder: a bundled name, a directory or a hub name.

    Raises:
        ModelError: The model cannot be found or read.
    """

    name = "passage-similarity"

    def __init__(self, model: str = "all-MiniLM-L6-v2") -> None:
        self.scorer = EmbeddingSimilarity(load_encoder(model))

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the most similar passages that fit."""
        return Extractive(self.name, "passage", self.scorer).compress(context, room)
