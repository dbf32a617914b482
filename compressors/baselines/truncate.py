"""Truncation, plain and after reranking: the baselines that any compressor must beat (2407.08892)."""

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.order import PassageThenPosition, Position

__all__ = ["RerankTruncate", "Truncate"]


class Truncate(Extractive):
    """Units from the front until the budget is full. Without a budget it keeps everything.

    Args:
        unit: ``"sentence"``, ``"word"``, ``"passage"`` or another splitter.
        selector: Another selector.

    Raises:
        ConfigError: There is no such unit or selector.
    """

    name = "truncate"
    needs_query = False

    def __init__(self, unit: UnitLike = "sentence", *, selector: SelectorLike | None = None) -> None:
        super().__init__(self.name, unit, Position(), selector)


class RerankTruncate(Extractive):
    """Units from the front of the best passage, then of the next, in the order an earlier stage gave.

    Without an earlier ranking it is `Truncate`.

    Args:
        unit: ``"sentence"``, ``"word"``, ``"passage"`` or another splitter.
        selector: Another selector.

    Raises:
        ConfigError: There is no such unit or selector.
    """

    name = "rerank-truncate"

    def __init__(self, unit: UnitLike = "sentence", *, selector: SelectorLike | None = None) -> None:
        super().__init__(self.name, unit, PassageThenPosition(), selector)
