"""Stored orders of sentences of which every beginning is a summary: ACC-RAG, coarse to fine (2507.22931)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.scorers.sentence_values import SentenceValues, cosines
from excerpt.compressors.selectors.facility_location import cover
from excerpt.compressors.selectors.passage_ranks import By, by_scorer, passage_worth
from excerpt.compressors.selectors.redundancy import relevance
from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["RULES_VERSION", "CentralityOrder", "centrality_order"]

RULES_VERSION = 1
"""Raise it with every change of the order of the same vectors; stored ones of another number are not used."""


@dataclass(frozen=True)
class CentralityOrder(SentenceValues):
    """What a passage is worth, less ``decay`` for each doubling of how deep in its order a sentence stands.

    The order of a passage's sentences is greedy facility location: each next one covers most of what those before leave
    uncovered, so that every beginning is a summary of its length. It needs no question and is stored. What a passage is
    worth for the question goes from 0 for the worst to 1 for the best; no sentence is scored when the question comes.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
        decay: With 1 all passages begin before the best one goes on; near 0 the best is taken whole first.
        by: What ranks passages: a scorer, its name or a table; None for an earlier stage, else the order they came in.

    Raises:
        ConfigError: ``decay`` is no number of at least 0, or ``by`` no scorer.
    """

    decay: float = 0.5
    by: By = None
    name: ClassVar[str] = "centrality-order"

    def __post_init__(self) -> None:
        check_number(self.decay, "centrality-order: decay", least=0)
        object.__setattr__(self, "by", by_scorer(self.by, "centrality-order: by"))

    @property
    def rules(self) -> str:
        """The number of the rules: the order depends on no setting."""
        return str(RULES_VERSION)

    def values(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Minus how often the place in the order, counted from 1, can be halved."""
        near, even = cosines(vectors), np.ones(len(vectors))
        order = cover(even, near, even.astype(np.int64), len(vectors)) if len(vectors) else []
        order += [index for index in range(len(vectors)) if index not in set(order)]
        values = np.empty(len(vectors))
        values[order] = -np.log2(1.0 + np.arange(len(vectors)))
        return values

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores, float64 ``(n,)``: 1 at most."""
        present, of = np.unique(units.passage, return_inverse=True)
        if not len(present):
            return np.zeros(0)
        worth = relevance(passage_worth(context, present, self.by), rescale=True)  # type: ignore[arg-type]  # made a scorer
        return worth[of] + self.decay * self.of_units(context, units)


def centrality_order(
    model: "str | Path | Encoder" = "all-MiniLM-L6-v2", *, decay: float = 0.5, by: By = None
) -> CentralityOrder:
    """Passages by relevance, the sentences of each by a stored order of which every beginning is a summary.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        decay: What a doubling of the depth in a passage's order counts for against the passages' relevance (0 to 1).
        by: What ranks passages: a scorer, its name or a table; None for an earlier stage, else the order they came in.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    return CentralityOrder(encoder_of(model), decay, by)
