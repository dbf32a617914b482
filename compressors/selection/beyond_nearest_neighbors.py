"""Coverage of what is relevant, and the neighbours of what is chosen ("Beyond Nearest Neighbors", 2507.19715)."""

from typing import TYPE_CHECKING

from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.similarity import embedding_similarity
from excerpt.compressors.selectors.facility_location import FacilityLocation
from excerpt.compressors.selectors.neighbours import Neighbours

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["BeyondNearestNeighbors"]


class BeyondNearestNeighbors(Extractive):
    """Sentences that cover what is relevant (facility location under the budget), and their neighbours in a graph.

    A sentence weighs what its cosine with the question is, as far as it is above 0. What is covered is at least
    (1 - 1/e) / 2 of what the best choice within the budget covers; neighbours then change the order
    (`excerpt.compressors.selectors.neighbours.Neighbours`).

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        discount: What a neighbour is worth of the sentence that brings it; 0 for no graph.
        hops: Steps from a chosen sentence.
        nearest: How many of the most similar sentences are neighbours too, beside those by reference and by name.
        unit: Another splitter.
        selector: Another rule in the place of these.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
        ModelError: The model cannot be found or read.
    """

    name = "beyond-nearest-neighbors"

    def __init__(
        self,
        model: "str | Encoder" = "all-MiniLM-L6-v2",
        *,
        discount: float = 0.5,
        hops: int = 1,
        nearest: int = 0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        walked = Neighbours(FacilityLocation(rescale=False), discount, hops, nearest=nearest)
        chosen = walked if selector is None else selector
        super().__init__(self.name, unit, embedding_similarity(model), chosen)
