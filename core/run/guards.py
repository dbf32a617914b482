"""What must not be cut, found once a call."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    """

    def __init__(self, guards: Protector, stored: Mapping[str, Any]) -> None:
        self.guards = guards
        self._stored = stored
        self._known: dict[str, list[tuple[Span, str]]] = {}

    def found(self, text: str) -> list[tuple[Span, str]]:
        """As `Protector.found`."""
        if text not in self._known:
            stored = self._stored.get(text)
            self._known[text] = list(self.guards.found(text) if stored is None else stored.found)
        return self._known[text]

    def protected(self, text: str) -> Sequence[Span]:
        """As `Protector.protected`."""
        stored = self._stored.get(text)
        return merge(span for span, _ in self.found(text)) if stored is None else stored.protected


def cache_guards(
    guards: Protector | None, passages: Sequence[Passage], recall: Recall | None
) -> CachedGuards | None:
    """Guards for one call, with what an index knows of its passages.

    Args:
        guards: None to protect nothing.
        passages: The passages of the call.
        recall: The way to stored signals; None without an index.
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
    return CachedGuards(guards, stored)
