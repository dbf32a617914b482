"""Compressors without a model: what a trained one must beat to earn its milliseconds."""

from dataclasses import dataclass

from winnow.compressors.extractive import Extractive
from winnow.compressors.scorers import Bm25, EmbeddingSimilarity, RandomOrder
from winnow.fit import Room
from winnow.models import load_encoder
from winnow.types import Context

__all__ = ["Bm25Sentences", "PassageSimilarity", "RandomUnits"]


@dataclass(frozen=True)
class Bm25Sentences:
    """The sentences that match the question's words best.

    Args:
        k1: Saturation of term counts.
        b: Strength of length normalisation.
    """

    k1: float = 0.9
    b: float = 0.4
    name: str = "bm25-sentences"

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        return Extractive(self.name, "sentence", Bm25(self.k1, self.b)).compress(context, room)


@dataclass(frozen=True)
class RandomUnits:
    """Any sentences.

    Args:
        seed: The same seed gives the same choice.
    """

    seed: int = 0
    name: str = "random"

    def compress(self, context: Context, room: Room) -> Context:
        """Keep random sentences that fit."""
        return Extractive(self.name, "sentence", RandomOrder(self.seed)).compress(context, room)


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
