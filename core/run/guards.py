"""What must not be cut, found once a call."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from excerpt.contracts import GuardsContract, with_defaults
from excerpt.run.fit import Protector
from excerpt.values.spans import Span, merge
from excerpt.values.stored import Precomputed, Recall
from excerpt.values.types import Passage

__all__ = ["CachedGuards", "cache_guards"]


class CachedGuards:
    """Guards that look at each text once: splitting asks for the same as the check after the fact.

    Args:
        guards: The guards.
        stored: What an index knows of texts, as the guards' own signals.
        windows: Of texts that are too large, the parts that are looked at, each by itself.
    """

    def __init__(
        self,
        guards: Protector,
        stored: Mapping[str, Any],
        windows: Mapping[str, Sequence[Span]] = MappingProxyType({}),
    ) -> None:
        self.guards = guards
        self.windows = windows
        self._stored = stored
        self._known: dict[str, list[tuple[Span, str]]] = {}
        self._crossing: dict[str, tuple[frozenset[tuple[int, int]], list[tuple[Span, str]]]] = {}

    def found(self, text: str) -> list[tuple[Span, str]]:
        """As `Protector.found`."""
        if text not in self._known:
            stored = self._stored.get(text)
            self._known[text] = list(self._find(text) if stored is None else stored.found)
        return self._known[text]

    def crossing(self, text: str, gaps: Sequence[tuple[int, int]]) -> list[tuple[Span, str]]:
        """As `excerpt.contracts.GuardsContract.crossing`."""
        if text in self._known or text in self._stored or text in self.windows:
            return self.found(text)
        known, found = self._crossing.get(text, (frozenset(), []))
        if not known.issuperset(gaps):
            found = list(with_defaults(self.guards, GuardsContract).crossing(text, gaps))
            self._crossing[text] = frozenset(gaps), found
        return found

    def _find(self, text: str) -> Iterable[tuple[Span, str]]:
        if text not in self.windows:
            return self.guards.found(text)
        return (
            (Span(first + start, first + end), kind)
            for first, last in self.windows[text]
            for (start, end), kind in self.guards.found(text[first:last])
        )

    def protected(self, text: str) -> Sequence[Span]:
        """As `Protector.protected`."""
        stored = self._stored.get(text)
        return merge(span for span, _ in self.found(text)) if stored is None else stored.protected


def cache_guards(
    guards: Protector | None,
    passages: Sequence[Passage],
    recall: Recall | None,
    windows: Mapping[str, Sequence[Span]] = MappingProxyType({}),
) -> CachedGuards | None:
    """Guards for one call, with what an index knows of its passages.

    Args:
        guards: None to protect nothing.
        passages: The passages of the call.
        recall: The way to stored signals; None without an index.
        windows: Of texts that are too large, the parts that are looked at.
    """
    if guards is None:
        return None
    stored: dict[str, Any] = {}
    if recall is not None and isinstance(guards, Precomputed):
        rows = recall.stored(guards, passages)
        stored = {
            passage.text: guards.restored(columns)
            for passage, columns in zip(passages, rows, strict=True)
            if columns is not None
        }
    return CachedGuards(guards, stored, windows)
