"""Sentences by their own similarity and their passage's: the best that an embedder alone does."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.mixed import mixed_similarity

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["SimilarityMix"]


class SimilarityMix(Extractive):
    """Keep the sentences whose own similarity and whose passage's are best together.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        weight: What the passage's cosine counts for.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """

    name = "similarity-mix"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        weight: float = 1.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        super().__init__(self.name, unit, mixed_similarity(model, weight=weight), selector)
