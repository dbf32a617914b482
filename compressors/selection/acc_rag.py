"""ACC-RAG on text: summaries of each passage grow, coarse to fine, until a gate finds them enough (2507.22931)."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import SelectorLike, UnitLike
from excerpt.compressors.gates.judging import GateLike
from excerpt.compressors.scorers.centrality_order import centrality_order
from excerpt.compressors.selection.ecorag import ECoRAG
from excerpt.compressors.selectors.passage_ranks import By

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["ACCRAG"]


class ACCRAG(ECoRAG):
    """Keep the beginnings of the passages' stored summaries, longer for better passages.

    The work on sentences is done before the question comes (feature ``centrality`` of an index); then passages are
    ranked, and no sentence is scored. The amount is the budget's, a gate's, or that of a calibrated budget
    (`excerpt calibrate`, knob ``score``): what is kept under any threshold is a beginning of each passage's order.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        gate: What says whether it is enough, as for `ECoRAG`; None for the budget alone.
        decay: As for `excerpt.compressors.scorers.centrality_order.CentralityOrder`.
        by: What ranks passages: a scorer, its name or a table; None for an earlier stage, else the order they came in.
        step: As for `ECoRAG`.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """

    name = "acc-rag"

    def __init__(  # noqa: PLR0913 - the options of TOML
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        gate: GateLike | None = None,
        decay: float = 0.5,
        by: By = "bm25",
        step: int = 1,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        scorer = centrality_order(model, decay=decay, by=by)
        super().__init__(gate, step=step, unit=unit, scorer=scorer, selector=selector)
