"""LooComp: a sentence is worth what its passage loses without it (2603.09222)."""

from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.scorers.leave_one_out import LeaveOneOut
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast

__all__ = ["LooComp"]


class LooComp(Extractive):
    """The sentences without which the passages speak least to the question.

    The paper trains an encoder so that the drop of its score is large for evidence. Here the drop is that of any
    scorer, late interaction by default.

    Args:
        scorer: Whose drop it is.
        unit: Another splitter.
        selector: Another rule; by default the budget, and without one every sentence whose loss is above 0.

    Raises:
        ConfigError: An option is of the wrong kind.
    """

    name = "loocomp"

    def __init__(
        self,
        *,
        scorer: ScorerLike = "late-interaction",
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        rule = Greedy(without_budget=AtLeast(1e-6)) if selector is None else selector
        super().__init__(self.name, unit, LeaveOneOut(scorer), rule, headroom=None)
