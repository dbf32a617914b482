"""Semantic Compression without rewriting: representatives of each topic, whatever the question (2312.09571)."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.communities import communities

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["SemanticCompression"]


class SemanticCompression(Extractive):
    """Keep representatives of each topic of each passage, in proportion to how much is said of it.

    Topics are communities of sentences, found before a question comes (feature ``communities`` of an index). The paper
    summarises each with a model; here its most central sentences are kept.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        nearest: How many neighbours of a sentence are looked at.
        resolution: Above 1 there are more and smaller topics, below 1 fewer.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind.
        MissingExtraError: networkx is not installed.
        ModelError: The model cannot be found or read.
    """

    name = "semantic-compression"
    needs_query = False

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        nearest: int = 5,
        resolution: float = 1.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        scorer = communities(model, nearest=nearest, resolution=resolution)
        super().__init__(self.name, unit, scorer, selector)
