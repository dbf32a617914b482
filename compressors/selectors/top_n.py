"""The ``n`` best units."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.compressors.selectors.greedy import best_first
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["TopN"]


@dataclass(frozen=True, slots=True)
class TopN:
    """The ``n`` best units; ties go to the earlier one.

    Args:
        n: How many, at least 1.

    Raises:
        ConfigError: It is no such number.
    """

    n: int

    def __post_init__(self) -> None:
        check_whole(self.n, "top-n: n", least=1)

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - the shape of a selector
        units: Units,
        scores: NDArray[np.floating],
        room: Room,  # noqa: ARG002 - as above
    ) -> NDArray[np.bool_]:
        """The set of the ``n`` best."""
        mask = np.zeros(len(units), dtype=bool)
        mask[best_first(scores)[: self.n]] = True
        return mask
