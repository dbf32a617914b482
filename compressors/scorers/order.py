"""Orders that read no text: by place, and at random."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.run.fit import passage_scores
from excerpt.values.types import Context, Units

__all__ = ["PassageThenPosition", "Position", "RandomOrder"]


@dataclass(frozen=True)
class Position:
    """Earlier is better: what truncation does."""

    name: ClassVar[str] = "position"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:  # noqa: ARG002 - the shape of a scorer
        """Minus the unit's place, ``(n,)``."""
        return -np.arange(len(units), dtype=np.float64)


@dataclass(frozen=True)
class RandomOrder:
    """No order at all: the floor that every other scorer must beat.

    Args:
        seed: The same seed and the same number of units give the same order.

    Raises:
        ConfigError: It is no whole number of at least 0.
    """

    seed: int = 0
    name: ClassVar[str] = "random"

    def __post_init__(self) -> None:
        check_whole(self.seed, "random: seed", least=0)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:  # noqa: ARG002 - the shape of a scorer
        """Uniform numbers, ``(n,)``."""
        return np.random.default_rng((self.seed, len(units))).random(len(units))


@dataclass(frozen=True)
class PassageThenPosition:
    """Units of the passage that an earlier stage scored best, from its front, then of the next; else by place."""

    name: ClassVar[str] = "passage-then-position"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Minus the unit's place in that order, float64 ``(n,)``."""
        of_passage = np.array(passage_scores(context.rankings, len(context.passages)))[units.passage]
        order = np.lexsort((np.arange(len(units)), units.passage, -of_passage))
        scores = np.empty(len(units))
        scores[order] = -np.arange(len(units))
        return scores
