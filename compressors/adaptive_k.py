"""Adaptive-k: keep the passages before the largest drop in similarity (Taguchi et al., 2506.08479)."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity, encoder_of
from excerpt.compressors.selectors.thresholds import LargestGap
from excerpt.errors import ConfigError
from excerpt.protocols import Scorer
from excerpt.run.fit import Room
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models import Encoder

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
        ConfigError: ``gap`` or ``scorer`` is none.
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
        self.gap = _gap_of(gap)
        self.scorer = EmbeddingSimilarity(encoder_of(model)) if scorer is None else scorer
        self._stage()  # a scorer that is none is named here, not with the first question

    def _stage(self) -> Extractive:
        return Extractive(self.name, "passage", self.scorer, self.gap, self.headroom)

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the passages before the gap."""
        return self._stage().compress(context, room)


def _gap_of(gap: LargestGap | Mapping[str, Any] | None) -> LargestGap:
    """The rule of an option."""
    if isinstance(gap, LargestGap):
        return gap
    options = {} if gap is None else gap
    known = [field.name for field in fields(LargestGap)]
    if not isinstance(options, Mapping) or not set(options) <= set(known):
        message = f"adaptive-k: gap must be a LargestGap or a table of its options ({', '.join(known)}), got {gap!r}"
        raise ConfigError(message)
    return LargestGap(**options)
