"""What is known of passages before a question comes: found by fingerprint, computed where it is not there.

Much of what a chain needs of a passage does not depend on the question. A ``Precomputed`` says so: it has a
fingerprint, computes signals from passages alone, and writes them as columns of numbers. A ``Store`` keeps such
columns (`excerpt.retrievers.Index` does) and gives them back for passages that are, title and text, what was stored.
``Recall`` stands between both during one call of a chain and counts what was there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from excerpt.contracts import CounterContract, with_defaults
from excerpt.values.types import Passage, Units

__all__ = [
    "COUNT_COLUMNS",
    "WHOLE_COLUMN",
    "Columns",
    "Precomputed",
    "Recall",
    "Store",
    "StoredCount",
    "count_fingerprint",
]

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""One passage's signals: arrays ``(n,)`` or ``(n, width)``, of any ``n`` for each name."""

COUNT_COLUMNS = ("start", "end", "tokens")
"""Columns of stored token counts: first and last character of a piece of text, and its tokens alone."""

WHOLE_COLUMN = "whole"
"""Another column of theirs, ``(1,)``: the tokens of the whole text."""


COUNTS_VERSION = 1
"""Raise it when the columns of stored counts change; which pieces are counted is no matter, a count is looked up by
its very characters."""

_COUNTS = "token counts"


@runtime_checkable
class Precomputed(Protocol):
    """Something whose work on a passage needs no question."""

    @property
    def name(self) -> str:
        """What reports call it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the signals may: covers models, settings and the form of the columns."""

    def signals(self, passages: Sequence[Passage], /) -> Sequence[Any]:
        """What is known of each passage; each depends on its own title and text alone."""

    def columns(self, signals: Any, /) -> Columns:  # noqa: ANN401 - each kind has signals of its own
        """One passage's signals as numbers: the same names, types and widths for every passage."""

    def restored(self, columns: Columns, /) -> Any:  # noqa: ANN401 - see `columns`
        """The signals that ``columns`` were made of."""


class Store(Protocol):
    """Keeps columns by fingerprint and passage."""

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> Sequence[Columns | None]:
        """The columns of each passage; None where its title and text are not known under that fingerprint."""


class StoredCount(NamedTuple):
    """How many passages had stored signals, of how many that were asked for."""

    stored: int
    asked: int


@dataclass(slots=True)
class Recall:
    """One call's way to stored signals.

    Args:
        store: Where they are.
    """

    store: Store
    _counted: dict[str, StoredCount]
    _known: dict[str, dict[int, tuple[Passage, Columns | None]]]

    def __init__(self, store: Store) -> None:
        self.store = store
        self._counted = {}
        self._known = {}

    def stored(self, source: Precomputed, passages: Sequence[Passage]) -> list[Columns | None]:
        """The columns of each passage, None for those to be computed; each is looked for and counted once."""
        return self._columns(source.fingerprint, source.name, passages)

    def _columns(self, fingerprint: str, name: str, passages: Sequence[Passage]) -> list[Columns | None]:
        # By identity, with the passage itself, so that no other can take its place in memory.
        known = self._known.setdefault(fingerprint, {})
        fresh = [passage for passage in passages if id(passage) not in known]
        if fresh:
            given = self.store.find(fingerprint, fresh)
            self._note(name, sum(columns is not None for columns in given), len(fresh))
            known.update(zip(map(id, fresh), zip(fresh, given, strict=True), strict=True))
        return [known[id(passage)][1] for passage in passages]

    def signals(self, source: Precomputed, passages: Sequence[Passage]) -> list[Any]:
        """The signals of each passage: stored ones, and the rest computed in one call."""
        stored = self.stored(source, passages)
        missing = [passage for passage, columns in zip(passages, stored, strict=True) if columns is None]
        fresh = iter(source.signals(missing) if missing else ())
        return [next(fresh) if columns is None else source.restored(columns) for columns in stored]

    def token_counts(self, fingerprint: str, passages: Sequence[Passage], units: Units) -> NDArray[np.int64]:
        """Tokens of each unit alone, ``(n,)``; -1 where its very characters were not counted."""
        counts = np.full(len(units), -1, dtype=np.int64)
        present = np.unique(units.passage)
        stored = self._columns(fingerprint, _COUNTS, [passages[index] for index in present.tolist()])
        there = [(index, columns) for index, columns in zip(present.tolist(), stored, strict=True) if columns]
        if not there:
            return counts
        start, end, tokens = (
            np.concatenate([columns[name] for _, columns in there]) for name in COUNT_COLUMNS
        )
        passage = np.repeat([index for index, _ in there], [len(columns["start"]) for _, columns in there])
        known = (passage << 32) + start
        place = np.minimum(np.searchsorted(known, (units.passage << 32) + units.start), len(known) - 1)
        same = (known[place] == (units.passage << 32) + units.start) & (end[place] == units.end)
        counts[same] = tokens[place[same]]
        return counts

    def text_tokens(self, fingerprint: str, passages: Sequence[Passage]) -> list[int] | None:
        """Tokens of each passage's whole text; None unless all were counted."""
        stored = self._columns(fingerprint, _COUNTS, passages)
        return [int(columns[WHOLE_COLUMN][0]) for columns in stored if columns] if all(stored) else None

    def counted(self) -> dict[str, StoredCount]:
        """What was found since the last time, by the name of its source."""
        counted, self._counted = self._counted, {}
        return counted

    def _note(self, name: str, stored: int, asked: int) -> None:
        before = self._counted.get(name, StoredCount(0, 0))
        self._counted[name] = StoredCount(before.stored + stored, before.asked + asked)


def count_fingerprint(counter: object) -> str | None:
    """What stored counts of a tokenizer are found by; None for one that nothing tells from others."""
    named = with_defaults(counter, CounterContract).fingerprint
    return f"token-counts-{COUNTS_VERSION} {named}" if isinstance(named, str) and named else None
