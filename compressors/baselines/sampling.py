"""Compressors without a model: what a trained one must beat to earn its milliseconds."""

from dataclasses import dataclass
from typing import ClassVar

from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import Bm25, RandomOrder
from excerpt.run.fit import Room
from excerpt.values.types import Context

__all__ = ["Bm25Sentences", "RandomUnits"]


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
    needs_query: ClassVar[bool] = False

    def compress(self, context: Context, room: Room) -> Context:
        """Keep random sentences that fit."""
        return Extractive(self.name, "sentence", RandomOrder(self.seed)).compress(context, room)
