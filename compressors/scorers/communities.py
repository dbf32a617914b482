"""Topics of a passage as communities of its sentences: the clusters of Semantic Compression (2312.09571)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number, check_whole
from excerpt.compressors.scorers.sentence_values import SentenceValues, cosines
from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.imports.extras import require
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["RULES_VERSION", "Communities", "communities", "edges_of"]

RULES_VERSION = 1
"""Raise it with every change of the values of the same vectors; stored ones of another number are not used."""

_ADJACENT = 0.05  # the least weight of neighbouring sentences: text goes on about the same


@dataclass(frozen=True)
class Communities(SentenceValues):
    """Representatives of communities of sentences; the question is not read.

    Sentences that are among each other's ``nearest`` most similar ones, and neighbouring sentences, are joined in a
    graph by their cosine. Its communities (Louvain: Blondel et al. 2008, networkx) are the topics. The sentence in
    place r of its community, most like all of it first, scores the community's size divided by r: a budget is shared
    among topics as seats are by d'Hondt's rule.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
        nearest: How many neighbours of a sentence are looked at.
        resolution: Of the communities: above 1 more and smaller ones, below 1 fewer.

    Raises:
        ConfigError: ``nearest`` is no whole number of at least 1, or ``resolution`` no number above 0.
        MissingExtraError: networkx is not installed.
    """

    nearest: int = 5
    resolution: float = 1.0
    name: ClassVar[str] = "communities"

    def __post_init__(self) -> None:
        check_whole(self.nearest, "communities: nearest", least=1)
        check_number(self.resolution, "communities: resolution", least=1e-6)
        require("networkx", extra="communities", purpose="finding communities of sentences")

    @property
    def rules(self) -> str:
        """The number of the rules, the settings, and the version of the package that finds communities."""
        version = require(
            "networkx", extra="communities", purpose="finding communities of sentences"
        ).__version__
        return f"{RULES_VERSION} {self.nearest} {self.resolution} networkx-{version}"

    def values(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """The size of each sentence's community divided by its place in it."""
        networkx = require("networkx", extra="communities", purpose="finding communities of sentences")
        near = cosines(vectors)
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(vectors)))
        graph.add_weighted_edges_from(edges_of(near, self.nearest))
        found = networkx.community.louvain_communities(graph, resolution=self.resolution, seed=0)
        values = np.empty(len(vectors))
        for members in (np.array(sorted(each)) for each in found):
            central = near[np.ix_(members, members)].sum(axis=1)
            place = np.empty(len(members))
            place[np.argsort(-central, kind="stable")] = 1.0 + np.arange(len(members))
            values[members] = len(members) / place
        return values

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores, float64 ``(n,)``; the question is not read."""
        return self.of_units(context, units)


def edges_of(near: NDArray[np.float64], nearest: int) -> list[tuple[int, int, float]]:
    """Edges of the graph: pairs of sentences with their weight.

    Args:
        near: Cosines, ``(n, n)``.
        nearest: How many neighbours of a sentence are looked at.
    """
    count = len(near)
    close = np.zeros((count, count), dtype=bool)
    for index, row in enumerate(near):
        order = np.argsort(-np.where(np.arange(count) == index, -np.inf, row), kind="stable")
        close[index, order[: min(nearest, count - 1)]] = True
    mutual = np.triu(close & close.T & (near > 0), 1)
    weights = np.where(mutual, near, 0.0)
    along = np.arange(count - 1)
    weights[along, along + 1] = np.maximum(near[along, along + 1], _ADJACENT)
    rows, columns = np.nonzero(weights)
    return list(zip(rows.tolist(), columns.tolist(), weights[rows, columns].tolist(), strict=True))


def communities(
    model: "str | Path | Encoder" = "all-MiniLM-L6-v2", *, nearest: int = 5, resolution: float = 1.0
) -> Communities:
    """Representatives of the topics of each passage, by communities of its sentences; reads no question.

    Args:
        model: Sentence encoder: a bundled name, a directory, a hub name or an encoder object.
        nearest: How many neighbours of a sentence are looked at.
        resolution: Above 1 there are more and smaller topics, below 1 fewer.

    Raises:
        ConfigError: An option is of the wrong kind.
        MissingExtraError: networkx is not installed.
        ModelError: The model cannot be found or read.
    """
    return Communities(encoder_of(model), nearest, resolution)
