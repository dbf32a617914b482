"""The lexical ranker: records by a learned fusion of what words alone say, without a network."""

from excerpt.checks import check_headroom
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.lexical_evidence import LexicalEvidence

__all__ = ["LexicalRanker"]


class LexicalRanker(Extractive):
    """Keep the sentences, rows, entries and other records whose words speak most for them, best first.

    Args:
        length_weight: How much the logarithm of a unit's characters counts against it.
        headroom: How many times the budget it leaves to finer stages that follow.
        unit: Another splitter.
        selector: Another selector.
        parents: How many parents a kept record brings, the nearest first; None for all, 0 for none.

    Raises:
        ConfigError: An option is of the wrong kind.
    """

    name = "lexical-ranker"

    def __init__(
        self,
        length_weight: float = 0.4,
        *,
        headroom: float | None = 2.0,
        unit: UnitLike = "record",
        selector: SelectorLike | None = None,
        parents: int | None = None,
    ) -> None:
        check_headroom(headroom, self.name)
        super().__init__(self.name, unit, LexicalEvidence(length_weight), selector, headroom, parents=parents)
