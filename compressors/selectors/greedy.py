"""Best score first until the budget is full."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ConfigError
from excerpt.protocols import Selection, Selector
from excerpt.registry import SELECTORS
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Greedy", "best_first"]


@dataclass(frozen=True, slots=True)
class Greedy:
    """Every unit, best score first: the budget alone decides.

    Args:
        without_budget: What decides when no budget is in force: a selector, its name or a table of its options; None
            keeps everything.

    Raises:
        ConfigError: It is none.
    """

    without_budget: Selector | None = None

    def __post_init__(self) -> None:
        rule = SELECTORS.part(self.without_budget, "greedy: without_budget")
        if rule is not None and not callable(rule):
            message = (
                f"greedy: without_budget must be a selector, its name or a table with `use`, got {rule!r}"
            )
            raise ConfigError(message)
        object.__setattr__(self, "without_budget", rule)

    def __call__(self, context: Context, units: Units, scores: NDArray[np.floating], room: Room) -> Selection:
        """All units, or what ``without_budget`` says."""
        if self.without_budget is not None and room.tokens is None:
            return self.without_budget(context, units, scores, room)
        return np.ones(len(units), dtype=bool)


def best_first(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    """Indices from the best score down, int64 ``(n,)``; ties go to the earlier unit."""
    return np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
