"""Sentences by their own similarity and their passage's: the best that an embedder alone does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity, Scores, encoder_of
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["MixedSimilarity", "SimilarityMix"]


@dataclass(frozen=True)
class MixedSimilarity:
    """Cosine of a unit with the query, plus a share of its whole passage's.

    A sentence says little alone, and a passage is about more than one thing: the sum ranks better than either.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
        weight: What the passage's cosine counts for; 1 counts both alike.
        name: What reports call it.
    """

    encoder: "Encoder"
    weight: float = 1.0
    name: str = "similarity-mix"

    def score(self, context: Context, units: Units) -> Scores:
        """Sums of cosines, float64 ``(n,)``."""
        seen, place = np.unique(units.passage, return_inverse=True)
        ends = [len(context.passages[index].text) for index in seen.tolist()]
        whole = Units("passage", seen, np.zeros(len(seen), dtype=np.int64), np.array(ends, dtype=np.int64))
        similarity = EmbeddingSimilarity(self.encoder)
        own = similarity.score(context, units).astype(np.float64)
        return own + self.weight * similarity.score(context, whole)[place]


class SimilarityMix:
    """Keep the sentences whose own similarity and whose passage's are best together.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        weight: What the passage's cosine counts for.

    Raises:
        ModelError: The model cannot be found or read.
    """

    name = "similarity-mix"

    def __init__(self, model: "str | Encoder" = "all-MiniLM-L6-v2", *, weight: float = 1.0) -> None:
        self.scorer = MixedSimilarity(encoder_of(model), weight)

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        return Extractive(self.name, "sentence", self.scorer).compress(context, room)
