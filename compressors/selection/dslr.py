"""DSLR: sentences scored each for itself by a reranker, the rest in the order of the document (2407.03627)."""

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.share import TopShare
from excerpt.compressors.selectors.thresholds import AtLeast
from excerpt.errors import ConfigError

__all__ = ["Dslr"]


class Dslr(Extractive):
    """Rerank sentences, drop the low ones, put the others back where they stood.

    The plain baseline that a sentence compressor has to beat. The paper takes any reranker (monoT5, RankT5, BGE); here
    the scorer is late interaction, the bundled model nearest to one, or whatever is named.

    Args:
        scorer: Another scorer, such as a reranker.
        threshold: Keep only sentences that score at least so much. The paper tunes it for each reranker and gives none
            that fits all; without it the budget decides, and without a budget half of the tokens stay.
        unit: Another splitter.
        selector: Another rule in the place of ``threshold``.

    Raises:
        ConfigError: An option is of the wrong kind, or both ``threshold`` and ``selector`` are given.
    """

    name = "dslr"

    def __init__(
        self,
        *,
        scorer: ScorerLike = "late-interaction",
        threshold: float | None = None,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        if threshold is not None and selector is not None:
            message = "dslr: give threshold or selector, not both"
            raise ConfigError(message)
        rule: SelectorLike = Greedy(without_budget=TopShare(0.5)) if selector is None else selector
        if threshold is not None:
            check_number(threshold, "dslr: threshold")
            rule = AtLeast(threshold)
        super().__init__(self.name, unit, scorer, rule, headroom=None)
