"""Where the sentences and words of a passage are, as columns that an index can store."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from excerpt.values.spans import Span
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

__all__ = ["STORED_KINDS", "Offsets", "code_fingerprint", "columns_of", "spans_of"]

STORED_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"sentence": ("sentences", "blocks", "abbreviations"), "word": ("words",)}
)
"""Kinds of units that an index can store, and the modules of this package whose code decides what they are."""


@dataclass(frozen=True)
class Offsets:
    """The pieces of one splitter.

    Args:
        kind: ``"sentence"`` or ``"word"``.
    """

    kind: str

    @property
    def name(self) -> str:
        """What reports call it."""
        return f"{self.kind}s"

    @property
    def fingerprint(self) -> str:
        """Of the splitter's own code: stored pieces never outlive a change of the rules."""
        return f"offsets-1 {self.kind} {code_fingerprint(*STORED_KINDS[self.kind])}"

    def signals(self, passages: Sequence[Passage]) -> list[list[Span]]:
        """The pieces of each text."""
        module = importlib.import_module(f"excerpt.compressors.units.{STORED_KINDS[self.kind][0]}")
        split = getattr(module, f"split_{self.name}")
        return [split(passage.text) for passage in passages]

    def columns(self, signals: Sequence[tuple[int, int]]) -> dict[str, NDArray[np.int32]]:
        """First and last characters."""
        return columns_of(signals)

    def restored(self, columns: Columns) -> list[Span]:
        """The pieces."""
        return spans_of(columns)


def columns_of(spans: Sequence[tuple[int, int]]) -> dict[str, NDArray[np.int32]]:
    """Spans as two columns, ``(n,)`` each."""
    pairs = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return {"start": pairs[:, 0], "end": pairs[:, 1]}


def spans_of(columns: Columns) -> list[Span]:
    """The spans of two columns."""
    return list(map(Span, columns["start"].tolist(), columns["end"].tolist()))


def code_fingerprint(*modules: str) -> str:
    """The rule sets that a stored signal was made with, by name."""
    return " ".join(modules)
