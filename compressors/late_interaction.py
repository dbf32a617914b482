"""Late interaction: each question token finds its best match among the tokens of a sentence (ColBERT's MaxSim).

Khattab and Zaharia 2020, arXiv:2004.12832, with sentences in the place of documents and vectors of few
dimensions at one byte each. A passage is read once, without the question, so its vectors can be stored.
"""

from typing import TYPE_CHECKING

from excerpt.checks import check_headroom
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.late_interaction import late_interaction

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = ["LateInteraction"]


class LateInteraction(Extractive):
    """Keep the sentences whose tokens match the question's tokens best, until the budget is full.

    Args:
        model: Gives token vectors: a bundled name, a directory that ``excerpt train late-interaction`` wrote,
            any sentence encoder, or an encoder object.
        headroom: How many times the budget it leaves to finer stages that follow.
        unit: Another splitter.
        selector: Another selector.

    Raises:
        ConfigError: The model is none, or the headroom no number above 0.
        ModelError: The model cannot be found or read, or is a head for another compressor.
    """

    name = "late-interaction"

    def __init__(
        self,
        model: "str | SentenceEncoder" = "excerpt-late-interaction",
        *,
        headroom: float | None = 2.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        check_headroom(headroom, self.name)
        super().__init__(self.name, unit, late_interaction(model), selector, headroom)
