"""An additive model: for every feature a step function, and the score is the sum of their values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError

__all__ = ["AdditiveModel", "bundled_weights"]


@dataclass(frozen=True)
class AdditiveModel:
    """Step functions by feature.

    Args:
        edges: Of each feature where its function steps, ascending.
        values: Of each feature its values: one more than edges. A value holds up to its edge, the edge included.
    """

    edges: Mapping[str, NDArray[np.float32]]
    values: Mapping[str, NDArray[np.float32]]

    @classmethod
    def of(cls, table: Mapping[str, Mapping[str, Any]], where: str) -> Self:
        """From a table such as ``{"place": {"edges": [0.5], "values": [0.1, -0.1]}}``.

        Raises:
            ModelError: A feature's edges do not ascend, or it has not one value more.
        """
        edges = {name: np.array(row["edges"], dtype=np.float32) for name, row in table.items()}
        values = {name: np.array(row["values"], dtype=np.float32) for name, row in table.items()}
        for name, own in edges.items():
            if len(values[name]) != len(own) + 1 or (np.diff(own) <= 0).any():
                message = f"{where}: {name}: needs edges that ascend and one value more than edges"
                raise ModelError(message)
        return cls(edges, values)

    def score(self, columns: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
        """The sum over features, float64 ``(n,)``.

        Args:
            columns: Every feature that the model knows, float32 ``(n,)`` each; others are not looked at.
        """
        total = np.zeros(len(next(iter(columns.values()))))
        for name, edges in self.edges.items():
            total += self.values[name][np.searchsorted(edges, columns[name], side="left")]
        return total


@cache
def bundled_weights() -> AdditiveModel:
    """The weights in this folder; eval/benchmarks/lexical_ranker.py trains them.

    Raises:
        ModelError: The file is not what it should be.
    """
    text = files("excerpt.compressors.terms").joinpath("weights.json").read_text(encoding="utf-8")
    return AdditiveModel.of(json.loads(text)["features"], "weights.json")
