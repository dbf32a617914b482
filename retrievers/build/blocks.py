"""Passages some at a time: as they are given, and as an index holds them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.retrievers.store.generation import Generation
from excerpt.retrievers.store.passages import PassageRecord, record_of
from excerpt.values.coerce import PassageLike, to_passage
from excerpt.values.tables import rows_of

__all__ = ["Block", "blocks_of", "stored_blocks"]


class Block(NamedTuple):
    """Some passages, with their vectors where these are known already."""

    records: Sequence[PassageRecord]
    vectors: NDArray[Any] | None = None


def blocks_of(passages: Iterable[PassageLike], batch: int) -> Iterator[Block]:
    """Passages as they come, checked, ``batch`` at a time.

    Raises:
        InputError: ``passages`` is no collection, one of them cannot be read, or has the id of an earlier one; the
            message has its number.
    """
    rows = rows_of(passages)
    if isinstance(rows, str | bytes | dict) or not isinstance(rows, Iterable):
        message = f"passages: expected a list or an iterator of passages, got one {type(passages).__name__}"
        raise InputError(message)
    if not isinstance(batch, int) or batch < 1:
        message = f"batch: must be a whole number above 0, got {batch!r}"
        raise InputError(message)
    numbered = enumerate(rows)
    ids: set[str] = set()
    while some := list(islice(numbered, batch)):
        yield Block([_record(value, f"passages[{number}]", ids) for number, value in some])


def _record(value: PassageLike, where: str, ids: set[str]) -> PassageRecord:
    record = record_of(to_passage(value, where), where)
    if record.id:
        if record.id in ids:
            message = (
                f"{where}.id: {record.id!r} is the id of an earlier passage too; ids are unique: number the parts of a "
                "document (mill#1, mill#2), or give no id"
            )
            raise InputError(message)
        ids.add(record.id)
    return record


def stored_blocks(generation: Generation, stays: NDArray[np.bool_] | None = None) -> Iterator[Block]:
    """What an index holds, without encoding anything again.

    Args:
        generation: Its state.
        stays: Which rows, ``(rows,)``; None for all.
    """
    start = 0
    for records in generation.passages.blocks():
        end = start + len(records)
        vectors = None if generation.vectors is None else generation.vectors[start:end]
        if stays is None:
            yield Block(records, vectors)
        else:
            rows = np.flatnonzero(stays[start:end]).tolist()
            yield Block([records[row] for row in rows], None if vectors is None else vectors[rows])
        start = end
