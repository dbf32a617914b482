"""The passages of an index as an Arrow file: written streaming, read by memory-mapping."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from excerpt.errors import InputError, StoreError
from excerpt.imports.extras import require
from excerpt.parallel.forks import ForkLock
from excerpt.values.plain import to_plain
from excerpt.values.types import Passage

__all__ = ["PassageRecord", "PassageTable", "PassageWriter", "record_of"]

pa: Any = require("pyarrow", extra="index", purpose="a passage index")

ROWS = 1024
"""Rows of a record batch. Fixed, so that the bytes of the file do not depend on how it was fed."""

_SCHEMA = pa.schema(
    [pa.field(name, pa.large_string(), nullable=False) for name in ("id", "title", "text", "metadata")]
)


class PassageRecord(NamedTuple):
    """A passage as it is stored; ``metadata`` is JSON."""

    id: str
    title: str
    text: str
    metadata: str

    def search_text(self) -> str:
        """What is searched for words (`Passage.titled_text`)."""
        return self.bare_passage().titled_text

    def bare_passage(self) -> Passage:
        """The passage without its metadata, which no feature reads."""
        return Passage(self.text, id=self.id, title=self.title)

    def passage(self) -> Passage:
        """The passage that was stored."""
        if self.metadata == "{}":
            return self.bare_passage()
        metadata: dict[str, Any] = json.loads(self.metadata)
        return Passage(self.text, id=self.id, title=self.title, metadata=MappingProxyType(metadata))


def record_of(passage: Passage, where: str) -> PassageRecord:
    """What to store of a passage.

    Args:
        passage: The passage.
        where: Named in the error message.

    Raises:
        InputError: The metadata hold what JSON has not (the message has the key), or a field is not valid Unicode.
    """
    try:
        metadata = _json(passage.metadata, where)
        for text in (passage.id, passage.title, metadata):
            text.encode("utf-8")
    except (UnicodeEncodeError, RecursionError) as error:
        message = f"{where}: id, title and metadata must be storable as JSON text: {error}"
        raise InputError(message) from error
    return PassageRecord(passage.id, passage.title, passage.text, metadata)


def _json(metadata: Mapping[str, Any], where: str) -> str:
    write = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return write(dict(metadata))
    except (TypeError, ValueError):  # something that JSON has not, or has under another form
        return write(to_plain(metadata, f"{where}.metadata"))


class PassageWriter:
    """Writes the passage file.

    Args:
        path: The file to make.
    """

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._waiting: list[PassageRecord] = []
        self._writer = pa.ipc.new_file(str(path), _SCHEMA)

    def append(self, records: Sequence[PassageRecord]) -> None:
        """Add passages."""
        self._waiting.extend(records)
        self.rows += len(records)
        while len(self._waiting) >= ROWS:
            self._write(self._waiting[:ROWS])
            del self._waiting[:ROWS]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._waiting:
            self._write(self._waiting)
        self._writer.close()

    def _write(self, records: Sequence[PassageRecord]) -> None:
        columns = [_strings(column) for column in zip(*records, strict=True)]
        self._writer.write_batch(pa.record_batch(columns, schema=_SCHEMA))


def _strings(texts: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    # Not by pa.array(): that imports pandas where it is installed, which takes half a second.
    encoded = [text.encode("utf-8") for text in texts]
    bounds = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(bounds), pa.py_buffer(b"".join(encoded)))


class PassageTable:
    """Reads the passage file; safe to use from several threads.

    Args:
        path: The file.
        rows: How many passages the manifest says it holds.

    Raises:
        StoreError: It is not such a file, or holds another number of passages.
    """

    def __init__(self, path: Path, rows: int) -> None:
        self._path = path
        self._rows = rows
        self._lock = ForkLock()
        self._batches: dict[int, list[Any]] = {}
        try:
            self._reader = pa.ipc.open_file(pa.memory_map(str(path)))
        except (pa.ArrowException, OSError) as error:
            message = f"{path}: is not a readable Arrow file ({error}); rebuild the index"
            raise StoreError(message) from error
        if self._reader.schema != _SCHEMA or self._reader.num_record_batches != -(-rows // ROWS):
            message = f"{path}: is not the passage file of this index ({rows} passages); rebuild the index"
            raise StoreError(message)

    def __len__(self) -> int:
        return self._rows

    def record(self, row: int) -> PassageRecord:
        """The stored fields of a passage, ``0 <= row < len``."""
        place = row % ROWS
        key, title, text, metadata = self._batch(row // ROWS)
        return PassageRecord(
            key[place].as_py(), title[place].as_py(), text[place].as_py(), metadata[place].as_py()
        )

    def passage(self, row: int) -> Passage:
        """A passage, ``0 <= row < len``.

        Raises:
            StoreError: The stored metadata is corrupt.
        """
        try:
            return self.record(row).passage()
        except (ValueError, RecursionError) as error:
            message = f"{self._path}: the metadata of passage {row} is corrupt ({error}); rebuild the index"
            raise StoreError(message) from error

    def blocks(self) -> Iterator[list[PassageRecord]]:
        """All passages in order, some at a time."""
        for index in range(self._reader.num_record_batches):
            columns = [column.to_pylist() for column in self._read(index).columns]
            yield [PassageRecord(*row) for row in zip(*columns, strict=True)]

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Id, title and metadata (JSON) of all passages in order; the texts are not read."""
        for index in range(self._reader.num_record_batches):
            names, titles, _, metadata = self._batch(index)
            yield from zip(names.to_pylist(), titles.to_pylist(), metadata.to_pylist(), strict=True)

    def _batch(self, index: int) -> list[Any]:
        """The columns of a batch: a few pointers into the mapped file; the texts stay on disk."""
        known = self._batches.get(index)
        if known is None:
            with self._lock:
                known = self._batches.setdefault(index, self._read(index).columns)
        return known

    def _read(self, index: int) -> Any:  # noqa: ANN401 - pyarrow has no types
        try:
            batch = self._reader.get_batch(index)
            # Offsets that point outside the file would crash the process: never read unchecked.
            batch.validate(full=True)
        except (pa.ArrowException, OSError) as error:
            message = f"{self._path}: record batch {index} is corrupt ({error}); rebuild the index"
            raise StoreError(message) from error
        expected = min(ROWS, self._rows - index * ROWS)
        if batch.num_rows != expected:
            message = f"{self._path}: record batch {index} has {batch.num_rows} rows, not {expected}; rebuild the index"
            raise StoreError(message)
        return batch
