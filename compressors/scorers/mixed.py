"""A unit's own similarity and its passage's: the best that an embedder alone does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.values.types import Context, Units, UnitVectors

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["MixedSimilarity", "mixed_similarity"]


@dataclass(frozen=True)
class MixedSimilarity:
    """Cosine of a unit with the query, plus a share of its whole passage's.

    A sentence says little alone, and a passage is about more than one thing: the sum ranks better than either.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
        weight: What the passage's cosine counts for; 1 counts both alike.

    Raises:
        ConfigError: It is no number of at least 0.
    """

    encoder: "Encoder"
    weight: float = 1.0
    name: ClassVar[str] = "similarity-mix"

    def __post_init__(self) -> None:
        check_number(self.weight, "similarity-mix: weight", least=0)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Sums of cosines, float64 ``(n,)``."""
        return self.score_with_vectors(context, units)[0]

    def score_with_vectors(
        self, context: Context, units: Units
    ) -> tuple[NDArray[np.float64], Callable[[], UnitVectors]]:
        """The sums, and what gives the units' own vectors."""
        seen, place = np.unique(units.passage, return_inverse=True)
        ends = [len(context.passages[index].text) for index in seen.tolist()]
        whole = Units("passage", seen, np.zeros(len(seen), dtype=np.int64), np.array(ends, dtype=np.int64))
        similarity = EmbeddingSimilarity(self.encoder)
        own, vectors = similarity.score_with_vectors(context, units)
        return own.astype(np.float64) + self.weight * similarity.score(context, whole)[place], vectors


def mixed_similarity(
    model: "str | Path | Encoder" = "all-MiniLM-L6-v2", *, weight: float = 1.0
) -> MixedSimilarity:
    """Similarity of the unit and of its passage, mixed.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        weight: What the passage's cosine counts for, 0 or more.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    return MixedSimilarity(encoder_of(model), weight)
