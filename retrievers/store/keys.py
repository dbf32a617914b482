"""Which row of stored signals belongs to a passage: found by a hash of its title and text.

A passage whose title or text differs by one character has another key, so signals are never stale; identical
passages share one row.
"""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import StoreError
from excerpt.retrievers.store.arrays import map_array, save_array

__all__ = ["Key", "KeyTable", "key_of", "save_keys"]

Key: TypeAlias = bytes
"""128 bits of BLAKE2b."""


def key_of(title: str, text: str) -> Key:
    """The key of a passage."""
    # The title's length first, so that no other division of the same characters is the same.
    return blake2b(f"{len(title)} {title}{text}".encode(), digest_size=16).digest()


def _halves(keys: Sequence[Key]) -> NDArray[np.uint64]:
    joined = np.frombuffer(b"".join(keys), dtype=">u8").reshape(-1, 2)
    return joined.T.astype(np.uint64)


def save_keys(path: Path, keys: Sequence[Key]) -> None:
    """Write keys, of which the first belongs to row 0, sorted for bisection: uint64 ``(3, n)``."""
    high, low = _halves(keys)
    order = np.lexsort((low, high))
    save_array(path, np.stack([high[order], low[order], order.astype(np.uint64)]))


class KeyTable:
    """Finds rows by key.

    Args:
        path: What `save_keys` wrote.
        rows: How many keys it must have.

    Raises:
        StoreError: The file is not what it should be.
    """

    def __init__(self, path: Path, rows: int) -> None:
        self._path = path
        self._high, self._low, self._row = map_array(path, np.uint64, (3, rows))

    def __len__(self) -> int:
        return len(self._high)

    def in_order(self) -> list[Key]:
        """The key of each row."""
        row = np.asarray(self._row)
        if len(row) and int(row.max()) >= len(row):
            self._checked(int(row.max()))
        halves = np.zeros((len(row), 2), dtype=">u8")
        halves[row.astype(np.int64)] = np.stack([self._high, self._low], axis=1)
        joined = halves.tobytes()
        return [joined[start : start + 16] for start in range(0, len(joined), 16)]

    def rows(self, keys: Sequence[Key]) -> NDArray[np.int64]:
        """The row of each key, ``(n,)``; -1 for those that are not there.

        Raises:
            StoreError: The file is corrupt.
        """
        rows = np.full(len(keys), -1, dtype=np.int64)
        if not keys or not len(self):
            return rows
        high, low = _halves(keys)
        first = np.searchsorted(self._high, high, side="left")
        for number, place in enumerate(first.tolist()):
            # Two keys of five million share their first half once in a million indexes: look on.
            while place < len(self) and self._high[place] == high[number]:
                if self._low[place] == low[number]:
                    rows[number] = self._checked(int(self._row[place]))
                    break
                place += 1  # noqa: PLW2901 - walks over equal halves
        return rows

    def _checked(self, row: int) -> int:
        if row >= len(self):
            message = f"{self._path}: points outside the index; rebuild the index"
            raise StoreError(message)
        return row
