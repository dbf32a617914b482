"""Adaptive-k: keep the passages before the largest drop in similarity (Taguchi et al., 2506.08479)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.compressors.extractive import Extractive
from winnow.compressors.scorers import EmbeddingSimilarity, encoder_of
from winnow.compressors.selectors import LargestGap
from winnow.fit import Room
from winnow.protocols import Scorer
from winnow.types import Context

if TYPE_CHECKING:
    from winnow.models import Encoder

__all__ = ["AdaptiveK"]


class AdaptiveK:
    """Whole passages before the largest gap in the sorted similarities, plus a buffer.

    A passage is kept or dropped, never cut. With a budget and no later stage the best passages that
    fit are kept; with later stages the gap alone decides, and they share the budget.

    Args:
        model: Sentence encoder that compares query and passage: a bundled name, a directory, a hub
            name or an encoder object. Not read when ``scorer`` is given.
        scorer: Another source of passage scores, such as `GivenScores` for a reranker's.
        gap: Where to cut, as a `LargestGap` or its options; see there for the paper's defaults and the
            rule for few passages and for flat scores.

    Raises:
        ModelError: The model cannot be found or read.
    """

    name = "adaptive-k"
    headroom: float | None = None

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        scorer: Scorer | None = None,
        gap: LargestGap | Mapping[str, Any] | None = None,
    ) -> None:
        self.scorer = scorer or EmbeddingSimilarity(encoder_of(model))
        self.gap = gap if isinstance(gap, LargestGap) else LargestGap(**(gap or {}))

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the passages before the gap."""
        return Extractive(self.name, "passage", self.scorer, self.gap, self.headroom).compress(context, room)
