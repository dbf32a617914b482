"""Selective Context: what a language model foretells is left out, whatever is asked (Li et al., 2310.06201)."""

from pathlib import Path

from excerpt.checks import check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.language_model.surprisal import surprisal
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.share import TopShare
from excerpt.errors import ConfigError
from excerpt.models.generation.likelihood import CausalLikelihood

__all__ = ["SelectiveContext"]

_SMALLEST = 1e-9


class SelectiveContext(Extractive):
    """The phrases with the most self-information, ``-log p`` under a causal language model, mean over their tokens.

    Not question-aware. Under a budget the most surprising phrases that fit are kept; without one the best ``rate`` of
    the tokens.

    Args:
        model: Any causal language model: a directory in Hugging Face layout, an imported name, a hub name, or a
            `CausalLikelihood`. The paper's are GPT-2 and larger ones.
        rate: Share of the tokens to keep where there is no budget; the package's ``reduce_ratio`` of 0.35 is dropped.
        unit: ``"phrase"``, or the paper's other levels, ``"sentence"`` and ``"word"``; or another splitter, such as
            noun phrases of a spaCy pipeline, which are the paper's.
        selector: Another rule in the place of ``rate``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or both ``rate`` and ``selector`` are given.
        ModelError: The model cannot be found or read.
    """

    name = "selective-context"
    needs_query = False

    def __init__(
        self,
        model: "str | Path | CausalLikelihood",
        *,
        rate: float | None = None,
        unit: UnitLike = "phrase",
        selector: SelectorLike | None = None,
    ) -> None:
        if rate is not None and selector is not None:
            message = "selective-context: give rate or selector, not both"
            raise ConfigError(message)
        share = 0.65 if rate is None else rate
        check_number(share, "selective-context: rate", least=_SMALLEST, most=1)
        rule = Greedy(without_budget=TopShare(share)) if selector is None else selector
        super().__init__(self.name, unit, surprisal(model), rule)
