"""How likely the question needs a unit's tokens, read together with it (Provence, 2501.16214)."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number, check_text
from excerpt.compressors.units.sentences import split_sentences
from excerpt.models.registry import load_token_cross_encoder
from excerpt.models.tasks.pair_windows import between_sentences
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models.tasks.token_cross_encoder import PairScores, TokenCrossEncoder

__all__ = ["KeepScore", "needed_tokens", "unit_means"]


@dataclass(frozen=True)
class KeepScore:
    """How likely the question needs a unit: the mean over its tokens, times how likely its passage helps.

    Each passage that has units left is read once, whole, with its title; one that is longer than the window is
    cut between sentences, and its relevance is that of its best window.

    Args:
        cross_encoder: Reads question and passage together.
        relevance: Power of the passage's relevance; 0 leaves it out, as Provence's own pruning does.
    """

    cross_encoder: "TokenCrossEncoder"
    relevance: float = 1.0
    name: ClassVar[str] = "needed-tokens"

    def __post_init__(self) -> None:
        check_number(self.relevance, "needed-tokens: relevance", least=0)

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


def needed_tokens(model: str, *, relevance: float = 1.0) -> KeepScore:
    """What a token cross-encoder says the question needs; options as for `excerpt.compressors.Pruner`.

    Raises:
        ConfigError: The relevance is below 0, or the model is no name.
        ModelError: The model cannot be found or read.
    """
    check_number(relevance, "needed-tokens: relevance", least=0)
    check_text(model, "needed-tokens: model")
    return KeepScore(load_token_cross_encoder(model), relevance)
