"""Step entropy: the steps of a chain of thought that could have been guessed go (2508.03346)."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.scorers.language_model.step_surprisal import Measure, check_measure, step_surprisal
from excerpt.compressors.selectors.needed_steps import NeededSteps

if TYPE_CHECKING:
    from pathlib import Path

    from excerpt.models.generation.likelihood import CausalLikelihood

__all__ = ["StepEntropy"]


class StepEntropy(Extractive):
    """Whole steps of reasoning: the first, the last, those whose results are used, and the ones least expected.

    For traces in the history of a conversation or of an agent; reads no question. A step is kept whole or dropped
    whole, so numbers and operators of kept steps stay as they were.

    Args:
        model: A causal language model: a directory, a hub name, or a likelihood that is loaded already. None for no
            model: steps are then ranked by what they add (`excerpt.compressors.scorers.step_novelty`).
        measure: With a model, a step's ``"sum"`` or ``"mean"`` of surprisals, or that of its ``"first"`` token (ASAP).
        rate: Without a budget, the share that stays of steps that nothing stands on; the paper drops 80%.
        unit: Another splitter.
        scorer: Another scorer, in the place of ``model`` and ``measure``.
        selector: Another rule in the place of ``rate``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found.
    """

    name = "step-entropy"
    needs_query = False

    def __init__(
        self,
        model: "str | Path | CausalLikelihood | None" = None,
        *,
        measure: Measure = "sum",
        rate: float = 0.2,
        unit: UnitLike = "step",
        scorer: ScorerLike = "step-novelty",
        selector: SelectorLike | None = None,
    ) -> None:
        check_measure(measure, self.name)
        rule = NeededSteps(rate)
        judge = scorer if model is None else step_surprisal(model, measure=measure)
        super().__init__(self.name, unit, judge, rule if selector is None else selector, headroom=None)
