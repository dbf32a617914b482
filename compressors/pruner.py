"""Provence: an encoder reads question and passage together and says which tokens to keep (2501.16214)."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_headroom, check_number
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.selectors.thresholds import AtLeast, everything
from excerpt.compressors.units.sentences import split_sentences
from excerpt.models.registry import load_token_cross_encoder
from excerpt.models.tasks.pair_windows import between_sentences
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models.tasks.token_cross_encoder import PairScores, TokenCrossEncoder

__all__ = ["KeepScore", "Pruner"]

_CONSERVATIVE = 0.1


@dataclass(frozen=True)
class KeepScore:
    """How likely the question needs a unit: the mean over its tokens, times how likely its passage helps.

    Each passage that has units left is read once, whole, with its title; one that is longer than the window is
    cut between sentences, and its relevance is that of its best window.

    Args:
        cross_encoder: Reads question and passage together.
        relevance: Power of the passage's relevance; 0 leaves it out, as Provence's own pruning does.
        name: What reports call it.
    """

    cross_encoder: "TokenCrossEncoder"
    relevance: float = 1.0
    name: str = "keep"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Probabilities, float64 ``(n,)``."""
        seen, first = np.unique(units.passage, return_index=True)
        passages = [context.passages[index] for index in seen.tolist()]
        outputs = self.cross_encoder.score(
            context.query,
            [(passage.title, passage.text) for passage in passages],
            [between_sentences(split_sentences(passage.text)) for passage in passages],
        )
        scores = np.zeros(len(units))
        for output, (begin, end) in zip(outputs, pairwise([*first.tolist(), len(units)]), strict=True):
            kept = unit_means(output, units.start[begin:end], units.end[begin:end])
            scores[begin:end] = kept * output.relevance**self.relevance
        return scores


def unit_means(output: "PairScores", start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean keep probability of the tokens that begin in each unit, ``(n,)``; 0 for units without a token."""
    sums = np.concatenate([[0.0], np.cumsum(output.keep)])
    begins = output.offsets[:, 0]
    low, high = np.searchsorted(begins, start), np.searchsorted(begins, end)
    return np.asarray((sums[high] - sums[low]) / np.maximum(high - low, 1))


class Pruner:
    """Keep the sentences whose tokens the question needs, as a query-aware encoder sees them.

    Under a budget the best sentences that fit are kept, of those that ``threshold`` allows. Without a budget and
    without a threshold the threshold is 0.1, Provence's conservative one.

    Args:
        model: What `excerpt train pruner` made, or its export: a directory or a hub name.
        threshold: Keep only sentences whose tokens are needed with at least this probability.
        relevance: Power of the passage's relevance in a sentence's score; 0 leaves it out.
        headroom: How many times the budget it leaves to finer stages that follow.

    Raises:
        ConfigError: The threshold is no probability, the relevance below 0, or the headroom no number above 0.
        ModelError: The model cannot be found or read.
    """

    name = "pruner"

    def __init__(
        self, model: str, *, threshold: float | None = None, relevance: float = 1.0, headroom: float = 2.0
    ) -> None:
        if threshold is not None:
            check_number(threshold, "pruner: threshold, a probability,", least=0, most=1)
        check_number(relevance, "pruner: relevance", least=0)
        check_headroom(headroom, self.name)
        self.scorer = KeepScore(load_token_cross_encoder(model), relevance)
        self.threshold = threshold
        self.headroom = headroom

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        least = _CONSERVATIVE if self.threshold is None and room.tokens is None else self.threshold
        rule = everything if least is None else AtLeast(least)
        return Extractive(self.name, "sentence", self.scorer, rule, self.headroom).compress(context, room)
