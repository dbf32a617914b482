"""GemFilter: what the last token of the prompt looks at in a middle layer (Shi et al., 2409.17422)."""

from pathlib import Path

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.language_model.decoder_attention import decoder_attention
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast

__all__ = ["GemFilter"]

_DEPTH = 13 / 32  # of the layers, as in the paper's Llama-3.1-8B; Mistral-Nemo has 19/40, Phi-3.5-mini 19/32


class GemFilter(Extractive):
    """Sentences that get the most attention from the end of the prompt in a middle layer of a decoder.

    Only the layers up to that one are loaded and run; the question stands last, so that the last token has read all.
    The attention is the mean over the layer's heads and over a sentence's tokens, where the paper pools over five
    tokens and takes the best 1024 of them.

    Args:
        decoder: A Hugging Face decoder: a directory with safetensors, or a hub name.
        layers: How many layers to run; below 1, such a share of them.
        unit: Another splitter.
        selector: Another rule; None leaves it to the budget, and without one keeps what gets more than even attention.
        headroom: How many times the budget it leaves to finer stages that follow.

    Raises:
        ConfigError: An option is of the wrong kind.
        InputError: The decoder has not so many layers.
        ModelError: It cannot be found or read.
        MissingExtraError: The extra ``torch`` is not installed.
    """

    name = "gemfilter"

    def __init__(
        self,
        decoder: str | Path,
        *,
        layers: float = _DEPTH,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
        headroom: float | None = 2.0,
    ) -> None:
        rule = Greedy(without_budget=AtLeast(1.0, or_best=True)) if selector is None else selector
        super().__init__(self.name, unit, decoder_attention(decoder, layers=layers), rule, headroom)
