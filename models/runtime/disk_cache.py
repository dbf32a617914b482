"""What models answered, kept on disk by content: a second run pays only for what is new.

SQLite of the standard library holds bytes under a hash. Nothing in it is ever unpickled, so a cache file from
elsewhere can at worst be wrong. (The usual package, diskcache, unpickles what it finds.)
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from excerpt.errors import StoreError

__all__ = ["DiskCache", "content_key"]

_AT_ONCE = 500  # keys in one query; SQLite allows 999 in its oldest builds


def content_key(*parts: str | bytes) -> bytes:
    """A hash of several parts; no two different lists of parts give the same bytes to be hashed."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "little"))
        digest.update(raw)
    return digest.digest()


class DiskCache:
    """Bytes by key, in one file; several threads and processes may share it.

    Args:
        path: The file; made when it is not there. ``":memory:"`` keeps it for the life of the object only.

    Raises:
        StoreError: The file cannot be opened, or is something else.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._lock = Lock()
        try:
            self._connection = sqlite3.connect(self.path, timeout=60.0, check_same_thread=False)
            with self._connection:
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=NORMAL")
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS outputs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
                )
        except sqlite3.Error as error:
            message = f"cache: {self.path} cannot be opened ({error}); choose another file, or delete it"
            raise StoreError(message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        with self._lock:
            count: int = self._connection.execute("SELECT COUNT(*) FROM outputs").fetchone()[0]
        return count

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are there.

        Raises:
            StoreError: The file is damaged.
        """
        wanted = list(dict.fromkeys(keys))
        values: dict[bytes, bytes] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            values.update(self._read(wanted[start : start + _AT_ONCE]))
        return values

    def _read(self, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        # Only question marks are put into the statement.
        query = f"SELECT key, value FROM outputs WHERE key IN ({','.join('?' * len(keys))})"  # noqa: S608
        try:
            with self._lock:
                return self._connection.execute(query, keys).fetchall()
        except sqlite3.Error as error:
            message = f"cache: {self.path} is damaged ({error}); delete it"
            raise StoreError(message) from error

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Keep values; on the disk when this returns.

        Raises:
            StoreError: The file cannot be written.
        """
        try:
            with self._lock, self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO outputs VALUES (?, ?)", values.items())
        except sqlite3.Error as error:
            message = f"cache: {self.path} cannot be written ({error})"
            raise StoreError(message) from error
