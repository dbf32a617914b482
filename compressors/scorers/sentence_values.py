"""A number for each sentence that needs no question: made at index time, read when one comes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units
from excerpt.values.vectors import unit_rows

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["SentenceValues", "cosines"]

_BLOCK = 512
"""So many neighbouring sentences of a passage are compared with each other; a longer one is several blocks."""


@dataclass(frozen=True)
class SentenceValues(ABC):
    """What scorers share whose number of a sentence depends on the other sentences of its passage alone.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
    """

    encoder: "Encoder"
    name: ClassVar[str]

    @abstractmethod
    def values(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """A number for each sentence of one block, higher is better, ``(n,)``.

        Args:
            vectors: Of length 1, ``(n, dim)``.
        """

    @property
    @abstractmethod
    def rules(self) -> str:
        """A number of the rules, and every setting that changes a value, in words."""

    @property
    def fingerprint(self) -> str:
        """Of the rules, and of the sentences and their vectors."""
        return f"{self.name} {self.rules} {EmbeddingSimilarity(self.encoder).fingerprint}"

    @property
    def made_with(self) -> dict[str, str]:
        """What the manifest of an index says of stored values."""
        return EmbeddingSimilarity(self.encoder).made_with

    def signals(self, passages: Sequence[Passage]) -> list[Columns]:
        """Where the sentences of each passage are (``start``, ``end``), and their ``value``."""
        found: list[Columns] = []
        for columns in EmbeddingSimilarity(self.encoder).signals(passages):
            vectors = unit_rows(columns["vector"])
            blocks = [
                self.values(vectors[first : first + _BLOCK]) for first in range(0, len(vectors), _BLOCK)
            ]
            value = np.concatenate([np.zeros(0), *blocks]).astype(np.float32)
            found.append({"start": columns["start"], "end": columns["end"], "value": value})
        return found

    def columns(self, signals: Columns) -> Columns:
        """They are columns."""
        return signals

    def restored(self, columns: Columns) -> Columns:
        """They are columns."""
        return columns

    def of_units(self, context: Context, units: Units) -> NDArray[np.float64]:
        """The best value of the sentences that each unit touches, float64 ``(n,)``; the least where it touches none."""
        present = np.unique(units.passage)
        values = np.full(len(units), np.nan)
        for index, columns in zip(present.tolist(), context.signals(self, present.tolist()), strict=True):
            rows = np.arange(*np.searchsorted(units.passage, [index, index + 1]))
            first = np.searchsorted(columns["end"], units.start[rows], side="right")
            last = np.searchsorted(columns["start"], units.end[rows], side="left")
            touched = np.flatnonzero(first < last)
            if len(touched):
                # Of each pair of bounds the even result is the maximum between them.
                bounds = np.stack([first[touched], last[touched]], axis=1).ravel()
                padded = np.append(columns["value"], -np.inf)
                values[rows[touched]] = np.maximum.reduceat(padded, bounds)[::2]
        least = float(np.nanmin(values)) if np.isfinite(values).any() else 0.0
        return np.where(np.isnan(values), least, values)


def cosines(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of each vector of length 1 with each, 0 where they are less, rounded so that no platform's last bit decides."""
    wide = vectors.astype(np.float64)
    rows = [np.einsum("ij,j->i", wide, row, optimize=False) for row in wide]
    return np.maximum(np.round(np.array(rows).reshape(len(wide), len(wide)), 5), 0.0)
