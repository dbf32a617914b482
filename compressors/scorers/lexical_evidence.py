"""How much each unit looks like evidence by its words alone: matches, context and links, without a network."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.terms.additive import bundled_weights
from excerpt.compressors.terms.candidates import Candidates
from excerpt.compressors.terms.links import lexical_features
from excerpt.values.types import Context, Units

__all__ = ["LexicalEvidence"]


@dataclass(frozen=True)
class LexicalEvidence:
    """BM25 with stems, what stands around a unit, and links to the best units, summed by trained step functions.

    The weights are a table of some hundred numbers (``compressors/terms/weights.json``); no network is loaded.

    Args:
        length_weight: How much the logarithm of a unit's characters counts against it: a budget buys short ones first.

    Raises:
        ConfigError: It is no number.
    """

    length_weight: float = 0.4
    name: ClassVar[str] = "lexical-evidence"
    temperature: ClassVar[float] = 1.0  # LambdaMART's pairwise loss makes differences of scores log-odds

    def __post_init__(self) -> None:
        check_number(self.length_weight, "lexical-evidence: length_weight")

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores on an arbitrary scale, float64 ``(n,)``."""
        if len(units) == 0:
            return np.zeros(0)
        present, own = units.by_present()
        candidates = Candidates(context.query, [context.passages[index] for index in present], own)
        worth = bundled_weights().score(lexical_features(candidates))
        return worth - self.length_weight * np.log((units.end - units.start).astype(np.float64))
