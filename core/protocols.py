"""What the parts of a compressor look like. Any object of the right shape will do; there is no base class."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from excerpt.run.fit import Protector, Room
from excerpt.values.stored import Precomputed, Store
from excerpt.values.types import Context, Units

__all__ = [
    "Compressor",
    "Precomputed",
    "PrecomputedScorer",
    "Protector",
    "Scorer",
    "Selector",
    "Splitter",
    "Store",
]


class Splitter(Protocol):
    """Cuts one whole text into units; a pure function.

    The spans are sorted, not empty and not overlapping, begin and end with a character that is not
    white space, and hold every such character of the text.
    """

    def __call__(self, text: str, /) -> Sequence[tuple[int, int]]:
        """Split one text."""


@runtime_checkable
class Compressor(Protocol):
    """One stage of a chain. Called from several threads; keeps no state between calls.

    What else a chain can make use of is in `excerpt.contracts.CompressorContract`, with its defaults.
    """

    @property
    def name(self) -> str:
        """What reports call it."""

    def compress(self, context: Context, room: Room) -> Context:
        """Keep less of the context, within ``room.tokens``."""


@runtime_checkable
class Scorer(Protocol):
    """Says how much each unit is worth keeping. Sees all passages and the query at once.

    What else can be made use of is in `excerpt.contracts.ScorerContract`, with its defaults.
    """

    @property
    def name(self) -> str:
        """What reports call it."""

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:
        """One finite score for each unit, ``(n,)``; higher is more worth keeping."""


@runtime_checkable
class PrecomputedScorer(Scorer, Precomputed, Protocol):
    """A scorer of which all but a little is known before the question comes.

    ``score(context, units)`` is ``rank`` on the signals of `excerpt.values.types.Context.signals`, bit for bit.
    """

    def rank(self, query: str, signals: Sequence[Any], units: Units) -> NDArray[np.floating]:
        """One finite score for each unit, ``(n,)``.

        Args:
            query: The question.
            signals: One for each passage that ``units.passage`` counts.
            units: The candidates.
        """


Selector: TypeAlias = Callable[[Units, NDArray[np.floating]], NDArray[np.bool_]]
"""Says which units may be kept at all, from their scores; the budget decides among these."""
