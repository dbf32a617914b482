"""Changing an index that is there: deleting, more features, compaction. Each writes one new generation.

What a change does not touch gets a second name (a hard link) in the new generation and is not read: stored
features, which are most of an index, in all cases. Passages, vectors and BM25 are written anew where passages come
or go, because every passage changes the weight of every word.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ConfigError, InputError, StoreError
from excerpt.retrievers.build.blocks import stored_blocks
from excerpt.retrievers.build.computing import Computing, forget, work_folder
from excerpt.retrievers.build.sources import source_of
from excerpt.retrievers.build.writing import (
    GenerationWriter,
    IndexProgress,
    Plan,
    approximate_part,
    take_over,
)
from excerpt.retrievers.dense.approximate import kind_for
from excerpt.retrievers.store.filters import Filter, Where
from excerpt.retrievers.store.folder import Staging
from excerpt.retrievers.store.generation import Generation, open_current
from excerpt.retrievers.store.keys import Key, key_of
from excerpt.retrievers.store.manifest import Manifest, PartFiles
from excerpt.retrievers.store.parts import APPROXIMATE, LEXICAL, PASSAGES, VECTORS, Part, check_features
from excerpt.retrievers.store.segments import SegmentWriter, settings_of
from excerpt.values.stored import Precomputed

__all__ = ["add_features", "compact", "delete_passages", "same_sources"]

_BATCH = 256
_UNCHANGED = frozenset({PASSAGES, VECTORS, LEXICAL})
"""Parts that a compaction takes over: they are written anew wherever passages come or go."""


def same_sources(before: Generation, given: Mapping[str, Precomputed], path: Path) -> dict[str, Precomputed]:
    """What makes the features of an index again.

    Args:
        before: The index.
        given: Sources by name; the rest are made by name.
        path: Named in error messages.

    Raises:
        StoreError: A source has another fingerprint now.
        ConfigError: A feature cannot be made by its name, or the index has not what was given.
    """
    stored = before.manifest.features
    if more := sorted(given.keys() - stored.keys()):
        message = f"{path}: features {', '.join(more)} are not stored here; store them with Index.add_features first"
        raise ConfigError(message)
    sources = {
        feature: given[feature] if feature in given else _made_by_name(feature, path) for feature in stored
    }
    if older := [name for name in stored if sources[name].fingerprint != stored[name].get("fingerprint")]:
        message = (
            f"{path}: made by another model, setting or version of excerpt: {', '.join(older)}; have all of it "
            f"computed anew, `excerpt index add-features {path} {' '.join(older)}` or Index.add_features, then add "
            "passages"
        )
        raise StoreError(message)
    return sources


def _made_by_name(feature: str, path: Path) -> Precomputed:
    try:
        return source_of(feature)
    except ConfigError as error:
        message = f"{path}: the feature {feature!r} is not excerpt's; give what makes it to Index.add(features=[...])"
        raise ConfigError(message) from error


def delete_passages(
    path: Path,
    ids: Collection[str] | None,
    progress: IndexProgress | None = None,
    where: Where | None = None,
) -> int:
    """Write a generation without some passages; see `excerpt.retrievers.Index.delete`. How many there were."""
    if (ids is None) == (where is None):
        message = "delete: give either ids or where"
        raise InputError(message)
    chosen = None if where is None else Filter.of(where)
    wanted = frozenset(_checked(() if ids is None else ids))
    with Staging(path) as staging:
        before = open_current(path)
        before.verify(features=False)
        manifest = before.manifest
        stays = _stays(before, wanted, path) if chosen is None else ~chosen.mask(before.passages)
        _check_left(stays, path)
        staying = int(stays.sum())
        plan = Plan(manifest.encoder, manifest.dense, manifest.precision, LEXICAL in manifest.parts)
        with GenerationWriter(staging.generation, plan, progress, before) as writer:
            for block in stored_blocks(before, stays):
                writer.append(block, staying)
            after = writer.finish(stays)
            staging.publish(after.to_json())
    return manifest.rows - after.rows


def _checked(ids: Collection[str]) -> Iterator[str]:
    if isinstance(ids, str):
        message = f"ids: expected a list of ids, got {ids!r}; wrap it in a list"
        raise InputError(message)
    for value in ids:
        if not isinstance(value, str):
            message = (
                f"ids: expected strings, got {value!r}; ids that were given as numbers are kept as strings"
            )
            raise InputError(message)
        yield value


def _stays(before: Generation, wanted: frozenset[str], path: Path) -> NDArray[np.bool_]:
    """Which passages have none of the ids."""
    there: set[str] = set()
    stays = np.ones(before.manifest.rows, dtype=bool)
    start = 0
    for records in before.passages.blocks():
        for row, record in enumerate(records, start):
            if record.id in wanted:
                there.add(record.id)
                stays[row] = False
        start += len(records)
    missing = sorted(wanted - there)
    if missing:
        named = ", ".join(map(repr, missing[:5])) + (" ..." if len(missing) > 5 else "")
        message = f"{path}: there is no passage with the id {named}; nothing was deleted"
        raise InputError(message)
    return stays


def _check_left(stays: NDArray[np.bool_], path: Path) -> None:
    if stays.all():
        message = f"{path}: no passage is chosen; nothing was deleted"
        raise InputError(message)
    if not stays.any():
        message = f"{path}: no passage would be left, and an index has at least one; remove the folder to be rid of it"
        raise InputError(message)


def compact(path: Path, progress: IndexProgress | None = None) -> None:
    """Write a generation as one build of its passages would; see `excerpt.retrievers.Index.compact`."""
    notify = progress or (lambda _step, _done, _total: None)
    with Staging(path) as staging:
        before = open_current(path)
        before.verify()
        parts = {part: files for part, files in before.manifest.parts.items() if part in _UNCHANGED}
        features = before.manifest.features
        folder = staging.generation
        take_over(before, parts, folder)
        parts |= _approximate(before, folder)
        with SegmentWriter(folder, 1, features) as writer:
            done = 0
            for count, keys in _distinct(before):
                places = [place for place in before.features.place(keys) if place is not None]
                rows = {
                    name: [before.features.columns(place, str(settings["fingerprint"])) for place in places]
                    for name, settings in features.items()
                }
                if features:
                    writer.append(keys, rows)
                done += count
                notify("passages", done, before.manifest.rows)
            parts |= writer.finish()
        staging.publish(_with_parts(before.manifest, parts).to_json())


def _distinct(generation: Generation) -> Iterator[tuple[int, list[Key]]]:
    """The keys of all passages in order, each once, some at a time, with how many passages these are."""
    seen: set[Key] = set()
    for records in generation.passages.blocks():
        keys = dict.fromkeys(key_of(record.title, record.text) for record in records)
        fresh = [key for key in keys if key not in seen]
        seen.update(fresh)
        yield len(records), fresh


def _approximate(before: Generation, folder: Path) -> dict[Part, PartFiles]:
    """A FAISS index of the vectors as they are now: the older one, where that is of the same rows."""
    manifest = before.manifest
    kind = kind_for(manifest.dense, manifest.rows)
    if kind is None or manifest.encoder is None:
        return {}
    files = manifest.parts.get(APPROXIMATE)
    if files is not None and files.rows == manifest.rows and len(files.files) == 1:
        take_over(before, {APPROXIMATE: files}, folder)
        return {APPROXIMATE: files}
    shape = (manifest.rows, manifest.encoder.dim)
    return {APPROXIMATE: approximate_part(folder, kind, manifest.precision, shape)}


def _with_parts(manifest: Manifest, parts: Mapping[Part, PartFiles]) -> Manifest:
    return Manifest(manifest.rows, manifest.encoder, manifest.dense, manifest.precision, parts)


def add_features(
    path: Path, sources: Mapping[str, Precomputed], progress: IndexProgress | None = None
) -> None:
    """Write a generation with more features; see `excerpt.retrievers.Index.add_features`."""
    with Staging(path) as staging:
        before = open_current(path)
        before.verify(features=False)
        homes = _homes(before)
        whole = not any(-1 in rows for rows in homes.values())
        if whole:
            _write_features(before, staging, homes, sources, progress)
    if not whole:  # rows of deleted passages, whose text is gone
        compact(path, progress)
        add_features(path, sources, progress)
    forget(path)


def _write_features(
    before: Generation,
    staging: Staging,
    homes: Mapping[int, list[int]],
    sources: Mapping[str, Precomputed],
    progress: IndexProgress | None,
) -> None:
    check_features([*before.manifest.features, *sources])
    parts = {
        part: files
        for part, files in before.manifest.parts.items()
        if not (part.is_stored_feature and part.feature in sources)
    }
    take_over(before, parts, staging.generation)
    settings = {name: settings_of(source) for name, source in sources.items()}
    computing = Computing(None, sources, work_folder(before.folder.parent))
    done, total = 0, sum(map(len, homes.values()))
    for number, rows in homes.items():
        with SegmentWriter(staging.generation, number, settings) as writer:
            for start in range(0, len(rows), _BATCH):
                records = [before.passages.record(row) for row in rows[start : start + _BATCH]]
                keys = [key_of(record.title, record.text) for record in records]
                writer.append([] if before.features.sizes else keys, computing.of(keys, records).features)
                done += len(records)
                if progress is not None:
                    progress("passages", done, total)
            parts |= writer.finish()
    staging.publish(_with_parts(before.manifest, parts).to_json())


def _homes(before: Generation) -> dict[int, list[int]]:
    """For each segment a passage of each of its rows, -1 where the passage was deleted; one segment where none is."""
    sizes = dict(zip(before.manifest.segments, before.features.sizes, strict=True))
    numbers = list(sizes)
    homes = {number: [-1] * size for number, size in sizes.items()}
    bare = not homes
    seen: set[Key] = set()
    row = 0
    for records in before.passages.blocks():
        keys = [key_of(record.title, record.text) for record in records]
        for key, place in zip(keys, before.features.place(keys), strict=True):
            if place is not None:
                homes[numbers[place[0]]][place[1]] = row
            elif bare and key not in seen:
                homes.setdefault(1, []).append(row)
                seen.add(key)
            row += 1
    return homes
