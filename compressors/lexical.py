"""Sentences by words, salience and place, without a model: the strongest simple rival (Headroom's TextCrusher)."""

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.lexical import LexicalScore

__all__ = ["Lexical"]


class Lexical(Extractive):
    """The sentences that words alone speak for.

    Args:
        repeated: The share of word triples from which a sentence counts as said already.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    name = "lexical"

    def __init__(
        self, repeated: float = 0.85, *, unit: UnitLike = "sentence", selector: SelectorLike | None = None
    ) -> None:
        super().__init__(self.name, unit, LexicalScore(repeated), selector)
