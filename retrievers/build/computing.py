"""Vectors and features of passages, computed once for each distinct text, and kept until the build is through.

A build that is killed leaves what it has computed in a folder beside the index, by content: the next build of the
same passages with the same models takes it from there, whatever moment the first one ended at.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from excerpt.contracts import PrecomputedContract, with_defaults
from excerpt.errors import InputError, StoreError
from excerpt.files.atomic import write_atomic
from excerpt.imports.extras import require
from excerpt.models.tasks.encoder import SentenceEncoder
from excerpt.retrievers.dense.encoding import TextEncoder, unit_passage_vectors
from excerpt.retrievers.store.columns import ColumnTable, ColumnWriter, form_of
from excerpt.retrievers.store.keys import Key
from excerpt.retrievers.store.passages import PassageRecord
from excerpt.values.stored import Columns, Precomputed, Recall
from excerpt.values.types import Passage

__all__ = ["Computing", "Product", "forget", "read_ahead", "work_folder", "write_part"]

pa: Any = require("pyarrow", extra="index", purpose="a passage index")

P = TypeVar("P")
R = TypeVar("R")

_AT_ONCE = 24
"""Passages computed together: few enough that the encoder still remembers their states, and those of as many that
are read ahead, when the sources ask."""

_VECTOR = "vector"


class Product(NamedTuple):
    """What was computed of some passages.

    Attributes:
        vectors: ``(n, dim)``, of length one; None without an encoder.
        features: For each feature one set of columns a passage.
    """

    vectors: NDArray[np.float32] | None
    features: Mapping[str, Sequence[Columns]]


def work_folder(root: Path) -> Path:
    """Where unfinished work on an index is kept."""
    root = root.resolve()  # of "." no name beside it can be made
    return root.with_name(f".{root.name}.work")


class Computing:
    """Computes, or finds what an earlier build computed.

    Args:
        encoder: Makes the vectors; None for none.
        sources: Makes the features, by name.
        folder: Where finished work is kept; None to keep none.
    """

    def __init__(
        self, encoder: TextEncoder | None, sources: Mapping[str, Precomputed], folder: Path | None = None
    ) -> None:
        self._encoder = encoder
        self._sources = dict(sources)
        self._folder = folder if encoder is not None or sources else None
        made_by = [f"{name} {source.fingerprint}" for name, source in sorted(self._sources.items())]
        self._made_by = "\n".join([*made_by, "" if encoder is None else encoder.fingerprint])

    def of(self, keys: Sequence[Key], records: Sequence[PassageRecord]) -> Product:
        """What is to be known of passages, all different; ``keys`` are theirs."""
        if not records:
            return self._split([])
        path = self.part(keys)
        if path is None:
            return self._split(self._computed(records))
        rows: Sequence[Columns] | None = _read(path, len(records))
        if rows is None:
            rows = self._computed(records)
            write_part(path, _payload(rows))
        return self._split(rows)

    def part(self, keys: Sequence[Key]) -> Path | None:
        """The file in which what was computed of passages is kept; None where none is kept or nothing is computed."""
        if self._folder is None:
            return None
        name = hashlib.sha256(b"\n".join([self._made_by.encode(), *keys])).hexdigest()
        return self._folder / f"{name}.part"

    def payload(self, records: Sequence[PassageRecord]) -> bytes:
        """What the file is to hold of passages, all different, at least one."""
        return _payload(self._computed(records))

    def _computed(self, records: Sequence[PassageRecord]) -> list[dict[str, NDArray[Any]]]:
        rows: list[dict[str, NDArray[Any]]] = [{} for _ in records]
        passages = [record.bare_passage() for record in records]
        for start, vectors in self._vectors(passages):
            some = passages[start : start + _AT_ONCE]
            beside = _Beside(some)
            for name, source in self._sources.items():
                made = _signals(name, source, some, beside)
                for row, columns in zip(rows[start:], made, strict=False):
                    row |= {f"{name}/{column}": array for column, array in columns.items()}
            for row, vector in zip(rows[start:], vectors, strict=False):
                row[_VECTOR] = vector
        return rows

    def _vectors(
        self, passages: Sequence[Passage]
    ) -> Iterator[tuple[int, NDArray[np.float32] | Sequence[Any]]]:
        """The vectors of some passages at a time, with the number of the first; none without an encoder."""
        starts = range(0, len(passages), _AT_ONCE)
        parts = [passages[start : start + _AT_ONCE] for start in starts]
        encoder = self._encoder
        if encoder is None:
            return zip(starts, ((),) * len(parts), strict=True)
        work = partial(unit_passage_vectors, encoder)
        # One that threads may share has the next forward pass run while the sources work on these passages, for which
        # it remembers what they need.
        vectors = read_ahead(work, parts) if isinstance(encoder, SentenceEncoder) else map(work, parts)
        return zip(starts, vectors, strict=True)

    def _split(self, rows: Sequence[Mapping[str, NDArray[Any]]]) -> Product:
        vectors = None
        if self._encoder is not None:
            vectors = np.zeros((len(rows), self._encoder.dim), dtype=np.float32)
            for place, row in enumerate(rows):
                vectors[place] = row[_VECTOR]
        features = {
            name: [
                {key.removeprefix(f"{name}/"): row[key] for key in row if key.startswith(f"{name}/")}
                for row in rows
            ]
            for name in self._sources
        }
        return Product(vectors, features)


class _Beside:
    """What sources have made of some passages so far (`excerpt.values.stored.Store`), for those that come after them.

    Args:
        passages: The passages.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._places = {id(passage): place for place, passage in enumerate(passages)}
        self._made: dict[str, Sequence[Columns]] = {}

    def add(self, fingerprint: str, columns: Sequence[Columns]) -> None:
        """Keep what a source made: one set of columns a passage."""
        self._made[fingerprint] = columns

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """The columns of each passage, which must be one of those; None where no source of that name has made any."""
        made = self._made.get(fingerprint)
        return [None if made is None else made[self._places[id(passage)]] for passage in passages]


def _signals(name: str, source: Precomputed, passages: Sequence[Passage], beside: _Beside) -> list[Columns]:
    """One feature of some passages.

    Raises:
        InputError: The source gave another number of them.
    """
    if _overrides_signals_alone(type(source)):
        made: Sequence[Any] = source.signals(passages)
    else:
        made = with_defaults(source, PrecomputedContract).signals_beside(passages, Recall(beside))
    if len(made) != len(passages):
        message = f"feature {name!r}: gave signals of {len(made)} passages for {len(passages)}"
        raise InputError(message)
    columns = [source.columns(signals) for signals in made]
    beside.add(source.fingerprint, columns)
    return columns


def _overrides_signals_alone(kind: type) -> bool:
    """Whether a class has a ``signals`` of its own and inherits ``signals_beside``, which knows nothing of it."""
    for each in kind.__mro__:
        if "signals_beside" in vars(each):
            return False
        if "signals" in vars(each):
            return hasattr(kind, "signals_beside")
    return False


def read_ahead(work: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
    """``map(work, parts)``, with the next part worked on by another thread while this one's result is used.

    Args:
        work: Called once for each part, in order, never twice at a time.
        parts: What it is called with.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="excerpt-index") as reader:
        coming = None
        for part in parts:
            current, coming = coming, reader.submit(work, part)
            if current is not None:
                yield current.result()
        if coming is not None:
            yield coming.result()


def _payload(rows: Sequence[Columns]) -> bytes:
    """What a file of rows holds; its first 32 bytes are the checksum of the rest."""
    sink = pa.BufferOutputStream()
    with ColumnWriter(sink, form_of(rows[0])) as writer:
        writer.append(rows)
    payload: bytes = sink.getvalue().to_pybytes()
    return hashlib.sha256(payload).digest() + payload


def write_part(path: Path, payload: bytes) -> None:
    """Write a file that is whole or not there."""
    path.parent.mkdir(exist_ok=True)
    write_atomic(path, payload, durable=False)


def _read(path: Path, count: int) -> list[Columns] | None:
    """The rows of a file that an earlier build wrote; None where there is none, or not all of it."""
    try:
        whole = path.read_bytes()
    except FileNotFoundError:
        return None
    if hashlib.sha256(whole[32:]).digest() != whole[:32]:  # the machine lost power before it was on disk
        return None
    try:
        table = ColumnTable(whole[32:], count, str(path))
        return [table.row(row) for row in range(count)]
    except StoreError:
        return None


def forget(root: Path) -> None:
    """Remove the unfinished work on an index, because it is finished."""
    shutil.rmtree(work_folder(root), ignore_errors=True)
