"""RECOMP's extractive compressor: a dual encoder picks sentences (Xu et al., 2310.04408)."""

from typing import TYPE_CHECKING

from excerpt.checks import check_headroom
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity, Similarity, encoder_for
from excerpt.compressors.selectors.thresholds import AtLeast, TopN, everything
from excerpt.contracts import EncoderContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.protocols import Selector
from excerpt.run.fit import Room
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["RecompExtractive"]


class RecompExtractive:
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

    Raises:
        ConfigError: Both ``top_n`` and ``threshold`` are given, or an option is of the wrong kind or out of range.
        ModelError: The model cannot be found or read, or is a head for another compressor.
    """

    name = "recomp-extractive"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        similarity: Similarity | None = None,
        titles: bool = True,
        top_n: int | None = None,
        threshold: float | None = None,
        headroom: float = 2.0,
    ) -> None:
        if top_n is not None and threshold is not None:
            message = "recomp-extractive: give top_n or threshold, not both"
            raise ConfigError(message)
        check_headroom(headroom, self.name)
        self._rule: Selector | None = TopN(top_n) if top_n is not None else None
        if threshold is not None:
            self._rule = AtLeast(threshold)
        encoder = encoder_for(model, "recomp-extractive")
        chosen: Similarity = _meant(encoder) if similarity is None else similarity
        self.scorer = EmbeddingSimilarity(encoder, chosen, titles)
        self.headroom = headroom

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        rule = self._rule or (TopN(1) if room.tokens is None else everything)
        return Extractive(self.name, "sentence", self.scorer, rule, self.headroom).compress(context, room)


def _meant(encoder: "Encoder") -> Similarity:
    """What the checkpoint was trained with, as far as its files tell."""
    card = with_defaults(encoder, EncoderContract).card
    return "cosine" if card is None or card.normalize else "dot"
