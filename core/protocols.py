"""What the parts of a compressor look like. Any object of the right shape will do; there is no base class."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from excerpt.run.fit import Protector, Room, Selection
from excerpt.values.stored import Precomputed, Store
from excerpt.values.types import Context, Units, UnitVectors

__all__ = [
    "Compressor",
    "Gate",
    "Precomputed",
    "PrecomputedScorer",
    "Protector",
    "Scorer",
    "Selection",
    "Selector",
    "Splitter",
    "Store",
    "VectorScorer",
]


class Splitter(Protocol):
    """Cuts one whole text into units; a pure function.

    The spans are sorted, not empty and not overlapping, begin and end with a character that is not
    white space, and hold every such character of the text. A third number says which earlier piece must be
    read with this one (a table's header), -1 for none; pieces without one may be pairs.
    """

    def __call__(self, text: str, /) -> Sequence[tuple[int, ...]]:
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


@runtime_checkable
class VectorScorer(Scorer, Protocol):
    """A scorer that has a vector of each unit: selectors that weigh repetition read them and encode nothing again."""

    def score_with_vectors(
        self, context: Context, units: Units
    ) -> tuple[NDArray[np.floating], Callable[[], UnitVectors | None]]:
        """The scores of ``score``, bit for bit, and what gives the vectors they were made of, if a selector asks."""


class Selector(Protocol):
    """Says which units are kept, or in which order a budget is spent on them. A pure function of what it is given."""

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room, /
    ) -> Selection:
        """A set of units, or an order to buy them in.

        Args:
            context: The question, the passages, and the units' vectors where there are any (`Context.unit_vectors`).
            units: The candidates, in source order, at least one.
            scores: What the scorer said of each, ``(n,)``.
            room: Knows the limit (``room.tokens``, None without a budget) and what units cost (``room.costs``).

        Returns:
            Bools ``(n,)``: a set, bought best score first as far as the budget goes. Or whole numbers: the indices of
            units in the order to buy them; a unit without an index is never kept. What does not fit is skipped.
        """


class Gate(Protocol):
    """Says whether a text is enough to answer a question, so that a stage that grows can stop. A pure function.

    A function will do. Reports call it by its attribute ``name``, where it has one; an attribute ``temperature`` goes
    before the scorer's in the softmax.
    """

    def __call__(self, question: str, text: str, mass: float, /) -> bool:
        """Whether to stop.

        Args:
            question: The question.
            text: What is kept so far, as the reader would get it.
            mass: Its share of a softmax over the scores of all units that were scored, 0 to 1.
        """
