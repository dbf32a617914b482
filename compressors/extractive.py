"""A compressor from its three choices: unit, scorer, selector."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_headroom
from excerpt.compressors.selectors.thresholds import everything
from excerpt.compressors.units.splitting import resolve, split
from excerpt.errors import ConfigError
from excerpt.protocols import Scorer, Selector, Splitter
from excerpt.run.fit import Room
from excerpt.values.types import Context

__all__ = ["Extractive"]


@dataclass(frozen=True, slots=True)
class Extractive:
    """Split into units, score them, select, and fill the budget with the best.

    Most compressors of the literature are one of these with the paper's defaults.

    A sentence or passage that repeats a better one word for word comes after everything else: retrievers
    return overlapping chunks, and saying it twice tells the reader nothing.

    Args:
        name: What reports call it.
        unit: ``"passage"``, ``"sentence"``, ``"word"``, another registered splitter, or a function.
        scorer: Says how much each unit is worth.
        selector: Says which units may be kept at all; all of them by default.
        headroom: How many times the budget it may leave when other stages follow; None for no limit.

    Raises:
        ConfigError: There is no such unit, the scorer is none, or the headroom no number above 0.
    """

    name: str
    unit: str | Splitter
    scorer: Scorer
    selector: Selector = everything
    headroom: float | None = 1.0

    def __post_init__(self) -> None:
        try:
            resolve(self.unit)
        except ConfigError as error:
            message = f"{self.name}: unit: {error}"
            raise ConfigError(message) from error
        if isinstance(self.scorer, type) or not callable(getattr(self.scorer, "score", None)):
            message = (
                f"{self.name}: {self.scorer!r} is not a scorer; it needs a `score(context, units)` method (an "
                "instance, not a class)"
            )
            raise ConfigError(message)
        check_headroom(self.headroom, self.name)

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best units that fit in ``room``."""
        units = split(self.unit, context, room.guards)
        if len(units) == 0:  # nothing but white space is left, which is worth no token
            return context.narrow([()] * len(context.passages))
        scores = self.scorer.score(context, units)
        room.deadline.check()
        eligible = self.selector(units, scores)
        if units.kind != "word":
            scores = _repeats_last(scores, units.texts(context.passages))
        return room.fill(context, units, scores, eligible)


def _repeats_last(scores: NDArray[np.floating], texts: Sequence[str]) -> NDArray[np.floating]:
    """The scores with those of repeats moved below all others, in their own order."""
    if len(set(texts)) == len(texts):
        return scores
    moved = np.array(scores, dtype=np.float64)
    seen: set[str] = set()
    for index in np.argsort(-moved, kind="stable").tolist():
        if texts[index] in seen:
            moved[index] -= float(np.ptp(scores)) + 1.0
        seen.add(texts[index])
    return moved
