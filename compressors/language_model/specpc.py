"""SpecPC: what the last tokens of the prompt look at in any head of a draft model (Galim et al., 2506.08373)."""

from pathlib import Path

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.language_model.decoder_attention import decoder_attention
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast

__all__ = ["SpecPC"]


class SpecPC(Extractive):
    """Sentences that some head of a small decoder attends to most, over the last tokens of the prompt.

    The k-th of the last tokens weighs k. Of the heads of all layers from ``first_layer`` on the largest counts, each
    the mean over a sentence's tokens; the paper takes the maximum over tokens, pools over 64 of them and keeps 64
    neighbours on each side, which whole sentences stand in for. It also lets the draft model write a token or more
    ahead, whose attention counts; nothing is generated here.

    Args:
        decoder: A Hugging Face decoder: a directory with safetensors, or a hub name. The paper's are Qwen2.5-0.5B and
            Llama-3.2-1B.
        last_tokens: How many of the prompt's last tokens attend; all of a prompt that has fewer.
        first_layer: The first layer that counts, from 0; a decoder of fewer layers gives its last.
        unit: Another splitter.
        selector: Another rule; None leaves it to the budget, and without one keeps what gets more than twice even
            attention in some head.
        headroom: How many times the budget it leaves to finer stages that follow.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The decoder cannot be found or read.
        MissingExtraError: The extra ``torch`` is not installed.
    """

    name = "specpc"

    def __init__(
        self,
        decoder: str | Path,
        *,
        last_tokens: int = 64,
        first_layer: int = 8,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
        headroom: float | None = 2.0,
    ) -> None:
        rule = Greedy(without_budget=AtLeast(2.0, or_best=True)) if selector is None else selector
        scorer = decoder_attention(decoder, last_tokens=last_tokens, largest_from=first_layer)
        super().__init__(self.name, unit, scorer, rule, headroom)
