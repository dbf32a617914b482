"""RECOMP's extractive compressor: a dual encoder picks sentences (Xu et al., 2310.04408)."""

from winnow.compressors.extractive import Extractive
from winnow.compressors.scorers import EmbeddingSimilarity, Similarity
from winnow.compressors.selectors import AtLeast, TopN, everything
from winnow.errors import ConfigError
from winnow.fit import Room
from winnow.models import load_encoder
from winnow.protocols import Selector
from winnow.types import Context

__all__ = ["RecompExtractive"]


class RecompExtractive:
    """The sentences nearest to the question in a dual encoder.

    Under a budget the best sentences that fit are kept, of those that ``top_n`` and ``threshold`` allow.
    Without a budget and without either of them it keeps one sentence, the paper's choice for single-hop
    questions (two for multi-hop).

    Args:
        model: Sentence encoder: a bundled name, a directory or a hub name. The released ones,
            ``fangyuan/nq_extractive_compressor``, ``tqa_...`` and ``hotpotqa_...``, load as they are.
        similarity: ``"dot"`` (raw inner product of mean-pooled vectors, as published) or ``"cosine"``;
            None takes what the checkpoint says: cosine if it ends in a normalisation, else dot.
        titles: Put the passage's title before each sentence, as the paper does.
        top_n: Keep at most so many sentences.
        threshold: Keep only sentences that score at least so much.
        headroom: How many times the budget it leaves to finer stages that follow.

    Raises:
        ConfigError: Both ``top_n`` and ``threshold`` are given.
        ModelError: The model cannot be found or read.
    """

    name = "recomp-extractive"

    def __init__(
        self,
        model: str = "all-MiniLM-L6-v2",
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
        encoder = load_encoder(model)
        chosen: Similarity = similarity or ("cosine" if encoder.card.normalize else "dot")
        self.scorer = EmbeddingSimilarity(encoder, chosen, titles)
        self.headroom = headroom
        self._rule: Selector | None = TopN(top_n) if top_n is not None else None
        if threshold is not None:
            self._rule = AtLeast(threshold)

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        rule = self._rule or (TopN(1) if room.tokens is None else everything)
        return Extractive(self.name, "sentence", self.scorer, rule, self.headroom).compress(context, room)
