"""Truncation, plain and after reranking: the baselines that any compressor must beat (2407.08892)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import Position
from excerpt.run.fit import Room, passage_scores
from excerpt.values.types import Context, Units

__all__ = ["RerankTruncate", "Truncate"]


@dataclass(frozen=True)
class Truncate:
    """Units from the front until the budget is full. Without a budget it keeps everything.

    Args:
        unit: ``"sentence"``, ``"word"`` or ``"passage"``.

    Raises:
        ConfigError: There is no such unit.
    """

    unit: str = "sentence"
    name: str = "truncate"
    needs_query: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self._stage()  # a unit that is none is named here, not with the first question

    def _stage(self) -> Extractive:
        return Extractive(self.name, self.unit, Position())

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the first units that fit."""
        return self._stage().compress(context, room)


@dataclass(frozen=True)
class RerankTruncate:
    """Units from the front of the best passage, then of the next, in the order an earlier stage gave.

    Without an earlier ranking it is `Truncate`.

    Args:
        unit: ``"sentence"``, ``"word"`` or ``"passage"``.

    Raises:
        ConfigError: There is no such unit.
    """

    unit: str = "sentence"
    name: str = "rerank-truncate"

    def __post_init__(self) -> None:
        self._stage()  # a unit that is none is named here, not with the first question

    def _stage(self) -> Extractive:
        return Extractive(self.name, self.unit, _PassageThenPosition())

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the first units of the best passages that fit."""
        return self._stage().compress(context, room)


@dataclass(frozen=True)
class _PassageThenPosition:
    name: str = "passage-then-position"

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:
        of_passage = np.array(passage_scores(context.rankings, len(context.passages)))[units.passage]
        order = np.lexsort((np.arange(len(units)), units.passage, -of_passage))
        scores = np.empty(len(units))
        scores[order] = -np.arange(len(units))
        return scores
