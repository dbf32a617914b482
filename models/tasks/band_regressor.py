"""Which band of ranks to pass on, from the list of similarities alone (LDAR, 2509.21865): a ridge regression.

The file is JSON with numbers; nothing in it is run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory

__all__ = ["BAND_FILE", "FEATURES", "BandRegressor", "band_features"]

BAND_FILE = "band.json"
_FORM = "excerpt-band-1"
_QUANTILES = 32
FEATURES = _QUANTILES + 2
"""Quantiles of the similarities, the logarithm of their number, and the gap between the first two."""

_SHAPES = {"coefficients": (FEATURES, 2), "intercept": (2,), "mean": (FEATURES,), "scale": (FEATURES,)}

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BandRegressor:
    """From similarities to the quantiles of ranks between which passages are passed on.

    Args:
        coefficients: For the first and the last rank, ``(FEATURES, 2)``.
        intercept: ``(2,)``.
        mean: Subtracted from the features, ``(FEATURES,)``.
        scale: The features are then divided by it, above 0, ``(FEATURES,)``.
        margin: The band is widened by so much on both sides.
        base: What the similarities are of: the name of an encoder, say.
        facts: What else is known: data, measurements.
    """

    coefficients: Floats
    intercept: Floats
    mean: Floats
    scale: Floats
    margin: float = 0.0
    base: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """The regressor of a ``.json`` file, or of a directory with a ``band.json``.

        Raises:
            ModelError: It is missing, is none, or something in it is wrong.
        """
        path = Path(name_or_path).expanduser()
        if not path.is_file():
            path = find_directory(name_or_path) / BAND_FILE
        values = read_json(path)
        if values.pop("form", None) != _FORM:
            message = f"{path} is no band regressor of the form {_FORM}; `excerpt train band` makes one"
            raise ModelError(message)
        try:
            weights, intercept, mean, scale = (
                np.array(values.pop(name), dtype=np.float64) for name in _SHAPES
            )
            margin, base = float(values.pop("margin")), str(values.pop("base"))
            found = cls(weights, intercept, mean, scale, margin, base, **values)
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path} is no whole band regressor: {error!r}"
            raise ModelError(message) from error
        arrays = (weights, intercept, mean, scale)
        right = [array.shape for array in arrays] == list(_SHAPES.values())
        finite = all(np.isfinite(array).all() for array in arrays) and np.isfinite(found.margin)
        if not right or not finite or (found.scale <= 0).any():
            message = f"{path}: needs finite numbers of the shapes {_SHAPES}, and scales above 0"
            raise ModelError(message)
        return found

    def save(self, path: Path) -> None:
        """Write a ``.json`` file."""
        lists = {name: getattr(self, name).tolist() for name in _SHAPES}
        head = {"form": _FORM, "base": self.base, "margin": self.margin, "facts": dict(self.facts)}
        path.write_text(json.dumps(head | lists, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def predict(self, scores: NDArray[np.floating], *, margin: bool = True) -> tuple[float, float]:
        """Quantiles of the first and of the last rank, 0 (the best) to 1.

        Args:
            scores: Of all passages, in any order, ``(n,)``; at least one.
            margin: Whether to widen the band by the margin.
        """
        row = (band_features(scores) - self.mean) / self.scale
        # A sum rather than a matrix product, whose rounding depends on the library.
        low, high = ((row[:, None] * self.coefficients).sum(axis=0) + self.intercept).tolist()
        wider = self.margin if margin else 0.0
        low = min(max(low - wider, 0.0), 1.0)
        return low, min(max(high + wider, low), 1.0)


def band_features(scores: NDArray[np.floating]) -> Floats:
    """What the regression sees of a list of similarities, ``(FEATURES,)``.

    Args:
        scores: In any order, at least one.
    """
    ranked = np.sort(np.asarray(scores, dtype=np.float64))[::-1]
    places = np.linspace(0, len(ranked) - 1, _QUANTILES)
    quantiles = np.interp(places, np.arange(len(ranked)), ranked)
    gap = float(ranked[0] - ranked[1]) if len(ranked) > 1 else 0.0
    return np.array([*quantiles, np.log(len(ranked)), gap])
