"""A cache of what was computed last, first in, first out, bounded by tokens.

Not `functools.lru_cache`: it counts entries, and one entry may be a token or a whole passage. cachetools' ``FIFOCache``
with ``getsizeof`` would do, but would be a dependency of every installation for these forty lines.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from excerpt.parallel.forks import ForkLock

__all__ = ["DEFAULT_TOKENS", "TokenCache"]

DEFAULT_TOKENS = 32_768
"""Tokens that are remembered: 50 MB of states of 384 dimensions."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TokenCache(Generic[K, V]):
    """Results by what they were computed of, the oldest given up first; safe to use from several threads.

    Args:
        tokens: How many tokens the results may have together.
    """

    def __init__(self, tokens: int = DEFAULT_TOKENS) -> None:
        self.tokens = tokens
        self._known: dict[K, V] = {}
        self._sizes: deque[tuple[K, int]] = deque()
        self._held = 0
        self._lock = ForkLock()

    def find(self, keys: Iterable[K]) -> dict[K, V]:
        """The results of those keys that are remembered, by key."""
        with self._lock:
            return {key: self._known[key] for key in keys if key in self._known}

    def add(self, fresh: Mapping[K, V], sizes: Sequence[int]) -> None:
        """Remember results.

        Args:
            fresh: The results.
            sizes: Tokens of each, in the same order.
        """
        with self._lock:
            for (key, value), size in zip(fresh.items(), sizes, strict=True):
                if key not in self._known:
                    self._known[key] = value
                    self._sizes.append((key, size))
                    self._held += size
            while self._held > self.tokens:
                key, size = self._sizes.popleft()
                del self._known[key]
                self._held -= size

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()
            self._sizes.clear()
            self._held = 0
