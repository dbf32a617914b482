"""Whole passages by embedding similarity: a retriever with a smaller k."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import embedding_similarity

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["PassageSimilarity"]


class PassageSimilarity(Extractive):
    """Whole passages by similarity: what a retriever or reranker with a smaller k does.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: The model, ``unit`` or ``selector`` is none.
        ModelError: The model cannot be found or read.
    """

    name = "passage-similarity"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        unit: UnitLike = "passage",
        selector: SelectorLike | None = None,
    ) -> None:
        super().__init__(self.name, unit, embedding_similarity(model), selector)
