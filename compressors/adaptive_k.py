"""Adaptive-k: keep the passages before the largest drop in similarity (Taguchi et al., 2506.08479)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import embedding_similarity
from excerpt.compressors.selectors.gap import LargestGap
from excerpt.errors import ConfigError
from excerpt.registry import call

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["AdaptiveK"]


class AdaptiveK(Extractive):
    """Whole passages before the largest gap in the sorted similarities, plus a buffer.

    A passage is kept or dropped, never cut. With a budget and no later stage the best passages that
    fit are kept; with later stages the gap alone decides, and they share the budget.

    Args:
        model: Sentence encoder that compares query and passage: a bundled name, a directory, a hub
            name or an encoder object. Not read when ``scorer`` is given.
        scorer: Another source of passage scores, such as `GivenScores` for a reranker's.
        gap: Where to cut, as a `LargestGap` or its options; see there for the paper's defaults and the
            rule for few passages and for flat scores.
        unit: What is kept or dropped; any registered splitter.
        selector: Another rule in the place of ``gap``.

    Raises:
        ConfigError: ``gap``, ``scorer``, ``unit`` or ``selector`` is none, or both ``gap`` and ``selector`` are given.
        ModelError: The model cannot be found or read.
    """

    name = "adaptive-k"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        scorer: ScorerLike | None = None,
        gap: LargestGap | Mapping[str, Any] | None = None,
        unit: UnitLike = "passage",
        selector: SelectorLike | None = None,
    ) -> None:
        if gap is not None and selector is not None:
            message = "adaptive-k: give gap or selector, not both"
            raise ConfigError(message)
        rule = _gap_of(gap) if selector is None else selector
        chosen = embedding_similarity(model) if scorer is None else scorer
        super().__init__(self.name, unit, chosen, rule, None)


def _gap_of(gap: LargestGap | Mapping[str, Any] | None) -> LargestGap:
    """The rule of an option."""
    if gap is None:
        return LargestGap()
    if isinstance(gap, Mapping):
        rule: LargestGap = call(LargestGap, gap, "adaptive-k: gap")
        return rule
    if not isinstance(gap, LargestGap):
        message = f"adaptive-k: gap must be a LargestGap or a table of its options, got {gap!r}"
        raise ConfigError(message)
    return gap
