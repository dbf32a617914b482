"""QGC on text: the better a passage ranks, the more of it is kept (2406.02376)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import embedding_similarity
from excerpt.compressors.selectors.passage_ranks import By
from excerpt.compressors.selectors.ranked_rate import RankedRate

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["QGC"]


class QGC(Extractive):
    """Each passage keeps a share of its tokens by its rank, the units nearest to the question first.

    The rule of amount is the paper's; its compressor makes vectors for a trained reader, where this keeps text.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        windows: Of the groups of passages, best first: one part in so many is kept, in proportion.
        by: What ranks passages: a scorer, its name or a table; None for an earlier stage, else the order they came in.
        unit: Another splitter.
        selector: Another rule in the place of `excerpt.compressors.selectors.ranked_rate.RankedRate`.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found or read.
    """

    name = "qgc"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        windows: Sequence[float] = (2, 4, 6, 8),
        by: By = "bm25",
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        chosen = RankedRate(windows, by) if selector is None else selector
        super().__init__(self.name, unit, embedding_similarity(model), chosen)
