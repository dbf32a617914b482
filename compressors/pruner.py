"""Provence: an encoder reads question and passage together and says which tokens to keep (2501.16214)."""

from excerpt.checks import check_headroom, check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.needed_tokens import needed_tokens
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast
from excerpt.errors import ConfigError

__all__ = ["Pruner"]

_CONSERVATIVE = 0.1


class Pruner(Extractive):
    """Keep the sentences whose tokens the question needs, as a query-aware encoder sees them.

    Under a budget the best sentences that fit are kept, of those that ``threshold`` allows. Without a budget and
    without a threshold the threshold is 0.1, Provence's conservative one.

    Args:
        model: What `excerpt train pruner` made, or its export: a directory or a hub name.
        threshold: Keep only sentences whose tokens are needed with at least this probability.
        relevance: Power of the passage's relevance in a sentence's score; 0 leaves it out.
        headroom: How many times the budget it leaves to finer stages that follow.
        unit: Another splitter.
        selector: Another rule in the place of ``threshold``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or both ``threshold`` and ``selector`` are given.
        ModelError: The model cannot be found or read.
    """

    name = "pruner"

    def __init__(
        self,
        model: str,
        *,
        threshold: float | None = None,
        relevance: float = 1.0,
        headroom: float | None = 2.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        if threshold is not None and selector is not None:
            message = "pruner: give threshold or selector, not both"
            raise ConfigError(message)
        if threshold is not None:
            check_number(threshold, "pruner: threshold, a probability,", least=0, most=1)
        check_number(relevance, "pruner: relevance", least=0)
        check_headroom(headroom, self.name)
        self.threshold = threshold
        if threshold is not None:
            selector = AtLeast(threshold)
        elif selector is None:
            selector = Greedy(without_budget=AtLeast(_CONSERVATIVE))
        super().__init__(self.name, unit, needed_tokens(model, relevance=relevance), selector, headroom)
