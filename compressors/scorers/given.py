"""Scores that came with the passages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_text
from excerpt.errors import InputError
from excerpt.values.types import Context, Units

__all__ = ["GivenScores"]


@dataclass(frozen=True)
class GivenScores:
    """Scores that came with the passages, from a retriever or a reranker.

    Any scale will do that grows with relevance, except fused ranks: reciprocal-rank scores have their
    largest gaps at the top whatever the passages hold.

    Args:
        key: The entry of ``passage.metadata`` that holds the number.

    Raises:
        ConfigError: It is no text.
    """

    key: str = "score"
    name: ClassVar[str] = "given-scores"

    def __post_init__(self) -> None:
        check_text(self.key, "given-scores: key")

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """The passage's number for each of its units, float64 ``(n,)``.

        Raises:
            InputError: A passage has no number under the key.
        """
        values: list[float] = []
        for index, passage in enumerate(context.passages):
            value = passage.metadata.get(self.key)
            if isinstance(value, bool) or not isinstance(value, int | float | np.number):
                message = f"passages[{index}].metadata[{self.key!r}]: expected a number, got {value!r}"
                raise InputError(message)
            values.append(float(value))
        return _taken(values, units)


def _taken(values: Sequence[float], units: Units) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)[units.passage]
