"""Adding passages to an index: what is new is appended, what changed takes the place of what had its id."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.vectors.passage_states import RULES
from excerpt.errors import StoreError
from excerpt.retrievers.build.blocks import Block, blocks_of, stored_blocks
from excerpt.retrievers.build.changes import same_sources
from excerpt.retrievers.build.computing import forget, work_folder
from excerpt.retrievers.build.writing import (
    GenerationWriter,
    IndexProgress,
    Plan,
)
from excerpt.retrievers.dense.encoding import TextEncoder
from excerpt.retrievers.store.folder import Staging
from excerpt.retrievers.store.generation import Generation, open_current
from excerpt.retrievers.store.manifest import Manifest
from excerpt.retrievers.store.parts import LEXICAL, VECTORS
from excerpt.retrievers.store.passages import PassageRecord, PassageTable, PassageWriter
from excerpt.values.coerce import PassageLike
from excerpt.values.stored import Precomputed

__all__ = ["Added", "add_passages"]


class Added(NamedTuple):
    """What an addition did.

    Args:
        new: Passages whose id was not there, or that have none.
        changed: Passages whose id was there with another text, title or metadata: they took its place, at the end.
        same: Passages that were there as they are.
    """

    new: int
    changed: int
    same: int


def add_passages(
    path: Path,
    passages: Iterable[PassageLike],
    encoder: TextEncoder | None,
    sources: Mapping[str, Precomputed],
    *,
    batch: int,
    progress: IndexProgress | None,
) -> Added:
    """Write a generation with more passages at the end; see `excerpt.retrievers.Index.add`."""
    given = blocks_of(passages, batch)
    with Staging(path) as staging:
        before = open_current(path)
        before.verify(features=False)
        manifest = before.manifest
        _check_vectors(manifest, path)
        known = same_sources(before, sources, path)
        plan = Plan(encoder, manifest.dense, manifest.precision, LEXICAL in manifest.parts, known)
        spool = staging.generation / "added.arrow"
        stays, added = _compared(before, given, spool)
        fresh = added.new + added.changed
        if fresh:
            total = int(stays.sum()) + fresh
            with GenerationWriter(staging.generation, plan, progress, before, work_folder(path)) as writer:
                for block in chain(stored_blocks(before, stays), _spooled(spool, fresh, batch)):
                    writer.append(block, total)
                after = writer.finish(stays)
            spool.unlink()
            staging.publish(after.to_json())
    forget(path)
    return added


def _check_vectors(manifest: Manifest, path: Path) -> None:
    """Refuse to mix vectors of two versions of the rules."""
    files = manifest.parts.get(VECTORS)
    if files is not None and files.settings.get("rules") != RULES:
        message = (
            f"{path}: its vectors were made by rules of other versions ({files.settings.get('rules')}, now {RULES}); "
            "build the index anew to add passages"
        )
        raise StoreError(message)


def _compared(before: Generation, given: Iterable[Block], spool: Path) -> tuple[NDArray[np.bool_], Added]:
    """Which old passages stay, ``(rows,)``, and what is to come: written to a file, because a stream is read once."""
    known = _rows_by_id(before)
    stays = np.ones(before.manifest.rows, dtype=bool)
    new = same = 0
    with PassageWriter(spool) as writer:
        for block in given:
            fresh = []
            for record in block.records:
                row = known.get(record.id)
                if row is None:
                    new += 1
                elif _equal(before.passages.record(row), record):
                    same += 1
                    continue
                else:
                    stays[row] = False
                fresh.append(record)
            writer.append(fresh)
    return stays, Added(new, int((~stays).sum()), same)


def _rows_by_id(before: Generation) -> dict[str, int]:
    records = chain.from_iterable(before.passages.blocks())
    return {record.id: row for row, record in enumerate(records) if record.id}


def _equal(one: PassageRecord, other: PassageRecord) -> bool:
    """Whether two passages are alike; the order of their metadata says nothing."""
    return one[:3] == other[:3] and (
        one.metadata == other.metadata or json.loads(one.metadata) == json.loads(other.metadata)
    )


def _spooled(path: Path, rows: int, batch: int) -> Iterator[Block]:
    for records in PassageTable(path, rows).blocks():
        for start in range(0, len(records), batch):
            yield Block(records[start : start + batch])
