"""Compressors without a model: what a trained one must beat to earn its milliseconds."""

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.bm25 import Bm25
from excerpt.compressors.scorers.order import RandomOrder

__all__ = ["Bm25Sentences", "RandomUnits"]


class Bm25Sentences(Extractive):
    """The sentences that match the question's words best.

    Args:
        k1: Saturation of term counts.
        b: Strength of length normalisation.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    name = "bm25-sentences"

    def __init__(
        self,
        k1: float = 0.9,
        b: float = 0.4,
        *,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        super().__init__(self.name, unit, Bm25(k1, b), selector)


class RandomUnits(Extractive):
    """Any sentences.

    Args:
        seed: The same seed gives the same choice.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    name = "random"
    needs_query = False

    def __init__(
        self, seed: int = 0, *, unit: UnitLike = "sentence", selector: SelectorLike | None = None
    ) -> None:
        super().__init__(self.name, unit, RandomOrder(seed), selector)
