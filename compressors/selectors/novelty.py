"""Units that say what better ones have not said, by their words (Headroom's TextCrusher)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.units.words import split_words
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Novel", "said_already"]


@dataclass(frozen=True, slots=True)
class Novel:
    """Best score first; units most of whose word triples stand in better ones come after all others.

    Args:
        repeated: The share of triples from which a unit counts as said already.

    Raises:
        ConfigError: It is no number from 0 to 1.
    """

    repeated: float = 0.85

    def __post_init__(self) -> None:
        check_number(self.repeated, "novel: repeated", least=0, most=1)

    def __call__(
        self,
        context: Context,
        units: Units,
        scores: NDArray[np.floating],
        room: Room,  # noqa: ARG002 - the shape of a selector
    ) -> NDArray[np.int64]:
        """The order: what is new, then what is not."""
        order = best_first(scores)
        words = [
            [text[start:end] for start, end in split_words(text)] for text in units.texts(context.passages)
        ]
        said = said_already(words, order, self.repeated)[order]
        return np.concatenate([order[~said], order[said]])


def said_already(
    words: Sequence[Sequence[str]], order: NDArray[np.int64], repeated: float
) -> NDArray[np.bool_]:
    """The units that repeat better ones, bool ``(n,)``.

    Args:
        words: Of each unit.
        order: Indices from the best unit down.
        repeated: The share of a unit's word triples that must stand in better units that count as new.
    """
    said: set[tuple[str, ...]] = set()
    mask = np.zeros(len(words), dtype=bool)
    for index in order.tolist():
        lower = [word.casefold() for word in words[index]]
        triples = set(zip(lower, lower[1:], lower[2:], strict=False))
        if triples and len(triples & said) >= repeated * len(triples):
            mask[index] = True
        else:
            said |= triples
    return mask
