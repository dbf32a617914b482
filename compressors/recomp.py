"""RECOMP's extractive compressor: a dual encoder picks sentences (Xu et al., 2310.04408)."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity, Similarity
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast
from excerpt.compressors.selectors.top_n import TopN
from excerpt.compressors.vectors.encoders import encoder_for
from excerpt.contracts import EncoderContract, with_defaults
from excerpt.errors import ConfigError

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["RecompExtractive"]


class RecompExtractive(Extractive):
    """The sentences nearest to the question in a dual encoder.

    Under a budget the best sentences that fit are kept, of those that ``top_n`` and ``threshold`` allow.
    Without a budget and without either of them it keeps one sentence, the paper's choice for single-hop
    questions (two for multi-hop).

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object. The released ones,
            ``fangyuan/nq_extractive_compressor``, ``tqa_...`` and ``hotpotqa_...``, load as they are.
        similarity: ``"dot"`` (raw inner product of mean-pooled vectors, as published) or ``"cosine"``;
            None takes what the checkpoint says: cosine if it ends in a normalisation, else dot.
        titles: Put the passage's title before each sentence, as the paper does.
        top_n: Keep at most so many sentences.
        threshold: Keep only sentences that score at least so much.
        headroom: How many times the budget it leaves to finer stages that follow.
        unit: Another splitter.
        selector: Another rule in the place of ``top_n`` and ``threshold``.

    Raises:
        ConfigError: More than one of ``top_n``, ``threshold`` and ``selector`` is given, or an option is of the wrong
            kind or out of range.
        ModelError: The model cannot be found or read, or is a head for another compressor.
    """

    name = "recomp-extractive"

    def __init__(  # noqa: PLR0913 - the paper's options, all but the first by keyword
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        similarity: Similarity | None = None,
        titles: bool = True,
        top_n: int | None = None,
        threshold: float | None = None,
        headroom: float | None = 2.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        if sum(given is not None for given in (top_n, threshold, selector)) > 1:
            message = "recomp-extractive: give one of top_n, threshold and selector, not both or all"
            raise ConfigError(message)
        rule = Greedy(without_budget=TopN(1)) if selector is None else selector
        if top_n is not None:
            rule = TopN(top_n)
        if threshold is not None:
            rule = AtLeast(threshold)
        encoder = encoder_for(model, "recomp-extractive")
        chosen: Similarity = _meant(encoder) if similarity is None else similarity
        super().__init__(self.name, unit, EmbeddingSimilarity(encoder, chosen, titles), rule, headroom)


def _meant(encoder: "Encoder") -> Similarity:
    """What the checkpoint was trained with, as far as its files tell."""
    card = with_defaults(encoder, EncoderContract).card
    return "cosine" if card is None or card.normalize else "dot"
