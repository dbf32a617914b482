"""How much of a unit's characters a goal needs, as SWE-Pruner's network sees them (2601.16746)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ConfigError
from excerpt.models.tasks.swe_pruner import SwePrunerModel
from excerpt.values.types import Context, Units

__all__ = ["SwePrunerScore", "swe_pruner_score"]


@dataclass(frozen=True)
class SwePrunerScore:
    """The mean over a unit's characters of the keep probability of the token that each is in; 0 without a token.

    Args:
        model: The network.
    """

    model: SwePrunerModel
    name: ClassVar[str] = "swe-pruner"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Probabilities, float64 ``(n,)``."""
        scores = np.zeros(len(units))
        for passage in np.unique(units.passage).tolist():
            mine = np.flatnonzero(units.passage == passage)
            text = context.passages[passage].text
            keep, offsets = self.model.keep_probabilities(context.query, text)
            worth, seen = np.zeros(len(text)), np.zeros(len(text))
            for probability, (start, end) in zip(keep.tolist(), offsets.tolist(), strict=True):
                worth[start:end], seen[start:end] = probability, 1.0
            sums, counts = (np.r_[0.0, np.cumsum(each)] for each in (worth, seen))
            start, end = units.start[mine], units.end[mine]
            scores[mine] = (sums[end] - sums[start]) / np.maximum(counts[end] - counts[start], 1)
        return scores


def swe_pruner_score(model: "str | Path | SwePrunerModel") -> SwePrunerScore:
    """What a published SWE-Pruner says the goal needs; options as for `excerpt.compressors.SwePruner`.

    Raises:
        ConfigError: The model is none.
        ModelError: The model cannot be found, or is no such checkpoint.
    """
    if isinstance(model, str | Path):
        return SwePrunerScore(SwePrunerModel(model))
    if not callable(getattr(model, "keep_probabilities", None)):
        message = f"swe-pruner: model must be a name, a directory or a SwePrunerModel, got {model!r}"
        raise ConfigError(message)
    return SwePrunerScore(model)
