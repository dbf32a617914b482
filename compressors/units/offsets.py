"""Where the sentences, records and words of a passage are, as columns that an index can store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units import blocks, sentences, structure, words
from excerpt.compressors.units.forms.pieces import Piece
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

    split: Callable[[str], Sequence[Span | Piece]]
    rules: str


_SENTENCE_RULES = f"sentences-{sentences.RULES_VERSION} blocks-{blocks.RULES_VERSION}"

STORED_KINDS: Mapping[str, StoredKind] = MappingProxyType(
    {
        "sentence": StoredKind(sentences.split_sentences, _SENTENCE_RULES),
        "record": StoredKind(structure.split_records, f"records-{structure.RULES_VERSION} {_SENTENCE_RULES}"),
        "word": StoredKind(words.split_words, f"words-{words.RULES_VERSION}"),
    }
)
"""By the name of the splitter."""


@dataclass(frozen=True)
class Offsets:
    """The pieces of one splitter.

    Args:
        kind: ``"sentence"``, ``"record"`` or ``"word"``.
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

    def signals(self, passages: Sequence[Passage]) -> list[Sequence[Span | Piece]]:
        """The pieces of each text; records are triples with their parents."""
        return [STORED_KINDS[self.kind].split(passage.text) for passage in passages]

    def columns(self, signals: Sequence[tuple[int, ...]]) -> dict[str, NDArray[np.int32]]:
        """First characters, one past the last, and of records the parents: int32 ``(n,)`` each."""
        table = np.array(signals, dtype=np.int32).reshape(len(signals), -1 if signals else len(self._names))
        return {name: table[:, number] for number, name in enumerate(self._names)}

    def restored(self, columns: Columns) -> list[tuple[int, ...]]:
        """The pieces."""
        return list(zip(*(columns[name].tolist() for name in self._names), strict=True))

    @property
    def _names(self) -> tuple[str, ...]:
        return ("start", "end", "parent") if self.kind == "record" else ("start", "end")


def columns_of(spans: Sequence[tuple[int, int]]) -> dict[str, NDArray[np.int32]]:
    """Spans as two columns, int32 ``(n,)`` each."""
    pairs = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return {"start": pairs[:, 0], "end": pairs[:, 1]}


def spans_of(columns: Columns) -> list[Span]:
    """The spans of two columns."""
    return list(map(Span, columns["start"].tolist(), columns["end"].tolist()))
