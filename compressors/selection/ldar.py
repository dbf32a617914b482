"""LDAR: the band of ranks that a reader answers best from, by the similarities alone (2509.21865)."""

from pathlib import Path
from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, ScorerLike, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import embedding_similarity
from excerpt.compressors.selectors.band import Band
from excerpt.models.tasks.band_regressor import BandRegressor

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["LDAR"]


class LDAR(Extractive):
    """Whole passages in a band of ranks that a small regression, trained for one reader, predicts.

    The paper's policy is a transformer trained by reinforcement on a reader's answers; here ridge regression on logs of
    them. No weights are bundled: without ``band`` it keeps what is before the largest gap.

    Args:
        model: Sentence encoder that compares query and passage: a bundled name, a directory, a hub name or an encoder
            object. Not read when ``scorer`` is given.
        band: What ``excerpt train band`` wrote; None for the largest gap.
        scorer: Another source of passage scores, such as a reranker's; the one that ``band`` was trained on.
        unit: What is kept or dropped.
        selector: Another rule in the place of ``band``.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: A model cannot be found or read.
    """

    name = "ldar"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        band: str | Path | BandRegressor | None = None,
        scorer: ScorerLike | None = None,
        unit: UnitLike = "passage",
        selector: SelectorLike | None = None,
    ) -> None:
        rule = Band(band)
        chosen = embedding_similarity(model) if scorer is None else scorer
        super().__init__(self.name, unit, chosen, rule if selector is None else selector, None)
