"""EXIT: a fine-tuned model says of each sentence whether it is of use, with its passage in view (2412.12559)."""

from typing import TYPE_CHECKING

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.language_model.exit import exit_score
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast
from excerpt.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from excerpt.models.generation.likelihood import CausalLikelihood

__all__ = ["Exit"]

_PAPER = 0.5


class Exit(Extractive):
    """The sentences to which a causal language model, asked whether they help, says "Yes".

    Under a budget the best sentences that fit are kept, of those that ``threshold`` allows. Without a budget and
    without a threshold it is the paper's, 0.5.

    Args:
        model: The released LoRA adapter (``"doubleyyh/exit-gemma-2b"``; its base model gemma-2b-it must be had too), a
            whole checkpoint, or a likelihood that is loaded already.
        threshold: Keep only sentences with at least this probability.
        max_tokens: Of one prompt, at most.
        unit: Another splitter.
        selector: Another rule in the place of ``threshold``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or both ``threshold`` and ``selector`` are given.
        ModelError: The model cannot be found.
    """

    name = "exit"

    def __init__(
        self,
        model: "str | Path | CausalLikelihood",
        *,
        threshold: float | None = None,
        max_tokens: int = 4096,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        if threshold is not None and selector is not None:
            message = "exit: give threshold or selector, not both"
            raise ConfigError(message)
        rule: SelectorLike = Greedy(without_budget=AtLeast(_PAPER)) if selector is None else selector
        if threshold is not None:
            check_number(threshold, "exit: threshold, a probability,", least=0, most=1)
            rule = AtLeast(threshold)
        super().__init__(self.name, unit, exit_score(model, max_tokens=max_tokens), rule, headroom=None)
