"""What stands beside a chosen unit in a graph comes soon after it ("Beyond Nearest Neighbors", 2507.19715)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_number, check_whole
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.redundancy import (
    Similarity,
    candidates,
    likeness,
    similarity_of,
    wants_vectors,
)
from excerpt.compressors.units.words import split_words
from excerpt.contracts import SelectorContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.registry import SELECTORS
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Neighbours", "edges"]

# So many units may share a name or a number; more, and it says nothing.
_RARE = 3
# A sentence that begins so is about what stood before it.
_LEANS = regex.compile(
    r"\P{L}*(?:he|she|it|they|this|that|these|those|him|his|her|hers|its|their|theirs|such|there|both|but|however|also"
    r"|then|therefore|thus|hence|moreover|instead|nevertheless|consequently|otherwise|meanwhile|afterwards?)\b",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The order of another selector, in which a unit's neighbours in a graph come soon after it, at a discount.

    The unit in place k is worth 1/k, and its neighbours ``discount`` times as much where that is more than their own
    place gives them; with ``discount`` 0.5 a neighbour of the first unit is worth a second place. A set grows by the
    neighbours of its members.

    Neighbours are: the unit before one that begins with a pronoun or a connective (English); units that share a name
    or a number which at most three units have; and, with ``nearest``, the most similar ones.

    Args:
        selector: The selector: its name, or a table with ``use``.
        discount: What a step along an edge leaves of a unit's worth, 0 to 1.
        hops: Steps from a chosen unit, at least 1.
        references: Whether a unit that begins with a pronoun or a connective brings the one before it.
        names: Whether units that share a rare name or number are neighbours.
        nearest: How many of the most similar units are neighbours; 0 for none.
        similarity: By what, as for `excerpt.compressors.selectors.marginal_gain.MarginalGain`.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    selector: Any = "facility-location"
    discount: float = 0.5
    hops: int = 1
    references: bool = True
    names: bool = True
    nearest: int = 0
    similarity: Similarity = "auto"

    def __post_init__(self) -> None:
        inner = SELECTORS.part(self.selector, "neighbours: selector")
        if isinstance(inner, type) or not callable(inner):
            message = (
                f"neighbours: selector must be a selector, its name or a table with `use`, got {inner!r}"
            )
            raise ConfigError(message)
        object.__setattr__(self, "selector", inner)
        check_number(self.discount, "neighbours: discount", least=0, most=1)
        check_whole(self.hops, "neighbours: hops", least=1)
        check_flag(self.references, "neighbours: references")
        check_flag(self.names, "neighbours: names")
        check_whole(self.nearest, "neighbours: nearest", least=0)
        object.__setattr__(self, "similarity", similarity_of(self.similarity, "neighbours"))

    @property
    def compares(self) -> bool:
        """Whether it or its selector reads the vectors of the stage's scorer (`excerpt.contracts.SelectorContract`)."""
        inner: bool = with_defaults(self.selector, SelectorContract).compares
        return inner or (self.nearest > 0 and wants_vectors(self.similarity))

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64]:
        """The order in which to buy the units."""
        chosen = np.asarray(self.selector(context, units, scores, room))
        order = best_first(scores)
        order = order[chosen[order]] if chosen.dtype == bool else chosen.astype(np.int64)
        worth = np.zeros(len(units))
        worth[order] = 1 / (1.0 + np.arange(len(order)))
        beside = self._beside(context, units, scores)
        for _ in range(self.hops):
            further = worth.copy()
            np.maximum.at(further, beside[:, 1], self.discount * worth[beside[:, 0]])
            worth = further
        place = np.full(len(units), len(units))
        place[order] = np.arange(len(order))
        reached = np.lexsort((np.arange(len(units)), place, -worth))
        return reached[worth[reached] > 0]

    def _beside(self, context: Context, units: Units, scores: NDArray[np.floating]) -> NDArray[np.int64]:
        pairs = list(
            edges(units, units.texts(context.passages), references=self.references, names=self.names)
        )
        if self.nearest:
            compared, _ = candidates(scores)
            like = likeness(context, units, compared, self.similarity)
            for place, index in enumerate(compared.tolist()):
                near = like(place)
                near[place] = -np.inf
                pairs += [(index, int(compared[other])) for other in best_first(near)[: self.nearest]]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def edges(
    units: Units, texts: list[str], *, references: bool = True, names: bool = True
) -> Iterator[tuple[int, int]]:
    """Pairs of a unit and one that it brings.

    Args:
        units: The units.
        texts: Their texts.
        references: As for `Neighbours`.
        names: As for `Neighbours`.
    """
    if references:
        for index in range(1, len(texts)):
            if units.passage[index] == units.passage[index - 1] and _LEANS.match(texts[index]):
                yield index, index - 1
    if names:
        holders: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            words = {text[start:end] for start, end in split_words(text)}
            for word in words:
                if word[0].isupper() or any(map(str.isdigit, word)):
                    holders.setdefault(word.casefold(), []).append(index)
        for members in holders.values():
            if 1 < len(members) <= _RARE:
                yield from ((one, other) for one in members for other in members if one != other)
