"""The store behind `excerpt.adapters.conversation`: short texts and their originals, in one SQLite file or in memory.

The file is local and readable by its owner only. What was not used longest goes first when it is full. Any number of
threads and processes share it; a process that is killed leaves it whole (SQLite's write-ahead log).
"""

import json
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from excerpt.checks import check_number, check_whole
from excerpt.errors import InputError, StoreError

__all__ = ["KeptText", "KeptTexts"]

_APPLICATION = 0x45584350  # "EXCP", so that another program's file is not taken for one of ours
_VERSION = 1
_TOUCH_S = 3600.0  # the time of last use is written at most so often
_DAY_S = 86_400.0
_SCHEMA = """
CREATE TABLE kept(
    id TEXT PRIMARY KEY, scope TEXT NOT NULL, text BLOB, spans TEXT NOT NULL, original BLOB NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, reason TEXT NOT NULL,
    size INTEGER NOT NULL, used REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX kept_used ON kept(used);
CREATE TABLE total(size INTEGER NOT NULL);
INSERT INTO total VALUES (0);
CREATE TRIGGER kept_in AFTER INSERT ON kept BEGIN UPDATE total SET size = size + NEW.size; END;
CREATE TRIGGER kept_out AFTER DELETE ON kept BEGIN UPDATE total SET size = size - OLD.size; END;
"""


@dataclass(frozen=True, slots=True)
class KeptText:
    """What is sent for a text.

    Args:
        text: The short form; None where the text is sent as it is, for good.
        spans: The kept characters of the original.
        original: The text as it came.
        tokens: Of the original, and of what is sent.
        reason: Why it is sent as it is; empty otherwise.
        scope: Whose it is.
    """

    text: str | None
    spans: tuple[tuple[int, int], ...]
    original: str
    tokens: tuple[int, int]
    reason: str = ""
    scope: str = ""


class KeptTexts:
    """Short texts by id; what is stored under an id first stays.

    Args:
        path: The file, made where there is none; None keeps everything in memory.
        max_bytes: Compressed size of the texts; beyond it those not used longest are dropped. The file itself is
            somewhat larger.
        max_age_days: Texts that were not used for so long are dropped; None keeps them.

    Raises:
        StoreError: The file cannot be opened, or is none of ours.
        ConfigError: A number is out of range.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        max_bytes: int = 512 * 1024 * 1024,
        max_age_days: float | None = 30.0,
    ) -> None:
        check_whole(max_bytes, "max_bytes", least=1)
        if max_age_days is not None:
            check_number(max_age_days, "max_age_days", least=0)
        self.path = None if path is None else Path(path)
        self.max_bytes = max_bytes
        self.max_age_days = max_age_days
        self._lock = threading.RLock()
        self._opened: tuple[int, sqlite3.Connection] | None = None
        with self._database("open"):
            pass

    def get(self, text_id: str) -> KeptText | None:
        """What is stored under an id; None for nothing.

        Raises:
            StoreError: The file cannot be read.
        """
        with self._database("read") as database:
            row = database.execute(
                "SELECT text, spans, original, tokens_in, tokens_out, reason, scope, used FROM kept WHERE id = ?",
                (text_id,),
            ).fetchone()
            if row is None:
                return None
            if time.time() - row[7] > _TOUCH_S:
                database.execute("UPDATE kept SET used = ? WHERE id = ?", (time.time(), text_id))
        text, spans, original, tokens_in, tokens_out, reason, scope, _ = row
        return KeptText(
            None if text is None else _unpacked(text),
            tuple((start, end) for start, end in json.loads(spans)),
            _unpacked(original),
            (tokens_in, tokens_out),
            reason,
            scope,
        )

    def put(self, text_id: str, kept: KeptText) -> KeptText:
        """Store a text, unless there is one under its id already, and give back what is stored.

        Raises:
            StoreError: The file cannot be written.
        """
        text = None if kept.text is None else _packed(kept.text)
        original, spans = _packed(kept.original), json.dumps(kept.spans)
        size = len(text or b"") + len(original) + len(spans) + 200  # with what SQLite keeps beside them
        with self._database("write") as database:
            made = database.execute(
                "INSERT OR IGNORE INTO kept VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (text_id, kept.scope, text, spans, original, *kept.tokens, kept.reason, size, time.time()),
            )
            if made.rowcount:
                self._shrink(database, text_id)
                return kept
        return self.get(text_id) or kept

    def expand(
        self, text_id: str, start: int = 0, end: int | None = None, *, scope: str | None = None
    ) -> str:
        """Characters of an original; see `excerpt.adapters.conversation.Conversation.expand`.

        Raises:
            InputError: There is none, or the numbers are no places in it.
            StoreError: The file cannot be read.
        """
        kept = self.get(text_id) if isinstance(text_id, str) else None
        if kept is None or (scope is not None and kept.scope != scope):
            message = f"id: nothing is stored under {text_id!r:.50}; it was dropped for want of room, or never there"
            raise InputError(message)
        stop = len(kept.original) if end is None else end
        for name, value in (("start", start), ("end", stop)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                message = f"{name}: must be a whole number of characters, 0 or more; got {value!r}"
                raise InputError(message)
        if start > stop:
            message = f"start: {start} is behind end, {stop}"
            raise InputError(message)
        return kept.original[start:stop]

    def __len__(self) -> int:
        with self._database("read") as database:
            return int(database.execute("SELECT count(*) FROM kept").fetchone()[0])

    @property
    def size(self) -> int:
        """Bytes that count towards ``max_bytes``."""
        with self._database("read") as database:
            return int(database.execute("SELECT size FROM total").fetchone()[0])

    def close(self) -> None:
        """Let go of the file; it is opened again when it is needed."""
        with self._lock:
            if self._opened is not None and self._opened[0] == os.getpid() and self.path is not None:
                self._opened[1].close()
                self._opened = None

    def _shrink(self, database: sqlite3.Connection, newest: str) -> None:
        if self.max_age_days is not None:
            before = time.time() - self.max_age_days * _DAY_S
            database.execute("DELETE FROM kept WHERE used < ? AND id != ?", (before, newest))
        size = int(database.execute("SELECT size FROM total").fetchone()[0])
        while size > self.max_bytes:
            oldest = database.execute(
                "SELECT id, size FROM kept WHERE id != ? ORDER BY used LIMIT 100", (newest,)
            ).fetchall()
            if not oldest:
                break
            for text_id, freed in oldest:
                database.execute("DELETE FROM kept WHERE id = ?", (text_id,))
                size -= freed
                if size <= self.max_bytes:
                    break

    @contextmanager
    def _database(self, purpose: str) -> Iterator[sqlite3.Connection]:
        """The connection of this process, in a transaction of its own."""
        with self._lock:
            try:
                database = self._connection()
                if purpose == "write":
                    database.execute("BEGIN IMMEDIATE")
                with database:  # commits, or takes everything back
                    yield database
            except sqlite3.Error as error:
                place = "in memory" if self.path is None else str(self.path)
                message = f"the store of texts {place} could not be used to {purpose} ({error})"
                raise StoreError(message) from error

    def _connection(self) -> sqlite3.Connection:
        # A connection must not be used in a forked child, nor be closed there.
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = os.getpid(), self._open()
        return self._opened[1]

    def _open(self) -> sqlite3.Connection:
        if self.path is not None:
            _make_private(self.path)
        place = ":memory:" if self.path is None else str(self.path)
        database = sqlite3.connect(place, timeout=10.0, check_same_thread=False, isolation_level=None)
        try:
            self._prepare(database, place)
        except (sqlite3.Error, StoreError):
            database.close()
            raise
        return database

    @staticmethod
    def _prepare(database: sqlite3.Connection, place: str) -> None:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("BEGIN IMMEDIATE")
        with database:
            application = database.execute("PRAGMA application_id").fetchone()[0]
            version = database.execute("PRAGMA user_version").fetchone()[0]
            empty = not database.execute("SELECT 1 FROM sqlite_master").fetchone()
            if empty:
                for statement in _statements(_SCHEMA):
                    database.execute(statement)
                database.execute(f"PRAGMA application_id = {_APPLICATION}")
                database.execute(f"PRAGMA user_version = {_VERSION}")
            elif (application, version) != (_APPLICATION, _VERSION):
                message = (
                    f"{place} is no store of texts of this version; name another file, or remove this one"
                )
                raise StoreError(message)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, so that they run in the caller's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        message = f"the store of texts {path} cannot be opened ({error}); name another file"
        raise StoreError(message) from error


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _unpacked(data: bytes) -> str:
    return zlib.decompress(data).decode("utf-8", "surrogatepass")
