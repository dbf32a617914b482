"""Where the sentences and words of a passage are, as columns that an index can store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units import blocks, sentences, words
from excerpt.values.spans import Span
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

__all__ = ["STORED_KINDS", "Offsets", "StoredKind", "columns_of", "spans_of"]


class StoredKind(NamedTuple):
    """A kind of units whose places an index can store.

    Attributes:
        split: From a text to its pieces.
        rules: Versions of the rule sets that decide what these are.
    """

    split: Callable[[str], list[Span]]
    rules: str


STORED_KINDS: Mapping[str, StoredKind] = MappingProxyType(
    {
        "sentence": StoredKind(
            sentences.split_sentences, f"sentences-{sentences.RULES_VERSION} blocks-{blocks.RULES_VERSION}"
        ),
        "word": StoredKind(words.split_words, f"words-{words.RULES_VERSION}"),
    }
)
"""By the name of the splitter."""


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
        """Versions of the splitter's rules: stored pieces never outlive a change of these."""
        return f"offsets {STORED_KINDS[self.kind].rules}"

    def signals(self, passages: Sequence[Passage]) -> list[list[Span]]:
        """The pieces of each text."""
        return [STORED_KINDS[self.kind].split(passage.text) for passage in passages]

    def columns(self, signals: Sequence[tuple[int, int]]) -> dict[str, NDArray[np.int32]]:
        """First characters and one past the last, int32 ``(n,)`` each."""
        return columns_of(signals)

    def restored(self, columns: Columns) -> list[Span]:
        """The pieces."""
        return spans_of(columns)


def columns_of(spans: Sequence[tuple[int, int]]) -> dict[str, NDArray[np.int32]]:
    """Spans as two columns, int32 ``(n,)`` each."""
    pairs = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return {"start": pairs[:, 0], "end": pairs[:, 1]}


def spans_of(columns: Columns) -> list[Span]:
    """The spans of two columns."""
    return list(map(Span, columns["start"].tolist(), columns["end"].tolist()))
