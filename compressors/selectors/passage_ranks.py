"""Which passage is best, for selectors that spend on passages by rank."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ConfigError
from excerpt.protocols import Scorer
from excerpt.registry import SCORERS
from excerpt.run.fit import passage_scores
from excerpt.values.types import Context, Units

__all__ = ["By", "by_scorer", "passage_worth"]

By: TypeAlias = Scorer | str | Mapping[str, Any] | None
"""What ranks passages: a scorer, its name or a table; None for an earlier stage, else the order they came in."""


def by_scorer(given: By, where: str) -> Scorer | None:
    """The scorer of an option.

    Raises:
        ConfigError: It is neither a scorer, nor its name or table, nor None.
    """
    scorer = SCORERS.part(given, where)
    if scorer is None or (not isinstance(scorer, type) and isinstance(scorer, Scorer)):
        return scorer
    message = f"{where} must be a scorer, its name, a table with `use`, or None; got {given!r}"
    raise ConfigError(message)


def passage_worth(context: Context, present: NDArray[np.int64], by: Scorer | None) -> NDArray[np.float64]:
    """What some passages are worth, float64 ``(p,)``; comparable among them only.

    Args:
        context: The question and the passages.
        present: Indices of the passages, ascending, int64 ``(p,)``.
        by: Who says so; None for an earlier stage of the chain, and where there was none earlier passages are better.
    """
    if by is not None:
        ends = [len(context.passages[index].text) for index in present.tolist()]
        whole = Units(
            "passage", present, np.zeros(len(present), dtype=np.int64), np.array(ends, dtype=np.int64)
        )
        return np.asarray(by.score(context, whole), dtype=np.float64)
    ranked = np.array(passage_scores(context.rankings, len(context.passages)))[present]
    if np.isfinite(ranked).any():
        return np.where(np.isfinite(ranked), ranked, ranked[np.isfinite(ranked)].min() - 1)
    return -np.arange(len(present), dtype=np.float64)
