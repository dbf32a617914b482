"""Stored features in segments: files that are written once, for passages that no earlier segment has.

A segment has a table of keys and one Arrow file a feature. A new generation takes the files of the old one by a
second name, so adding costs what is added, and deleting passages leaves their rows behind until compaction.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from excerpt.errors import ConfigError, StoreError
from excerpt.retrievers.store.columns import ColumnTable, ColumnWriter, form_of
from excerpt.retrievers.store.keys import Key, KeyTable, key_of, save_keys
from excerpt.retrievers.store.manifest import Part, Seal
from excerpt.values.stored import Columns, Precomputed
from excerpt.values.types import Passage

__all__ = [
    "KEYS",
    "FeatureStore",
    "Segment",
    "SegmentWriter",
    "check_names",
    "feature_settings",
    "open_segments",
    "segment_parts",
    "settings_of",
]

KEYS = "keys"
_REMEMBERED = 4096


class Segment:
    """The features of some passages, opened.

    Args:
        keys: Where each passage's row is.
        tables: By fingerprint.
    """

    def __init__(self, keys: KeyTable, tables: Mapping[str, ColumnTable]) -> None:
        self.keys = keys
        self.tables = dict(tables)


def part_name(feature: str, segment: int) -> str:
    """What the manifest calls the part of a segment that holds a feature."""
    return f"{feature}@{segment:04d}"


def file_name(feature: str, segment: int) -> str:
    """The file of such a part."""
    return f"{_stem(feature)}-{segment:04d}.{'npy' if feature == KEYS else 'arrow'}"


def _stem(feature: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", feature).strip("-")


def check_names(features: Iterable[str]) -> None:
    """See that each feature of an index has a file of its own.

    Raises:
        ConfigError: Two would share one, or one is named like the table of keys.
    """
    taken = {KEYS: "the table of keys"}
    for feature in features:
        other = taken.setdefault(_stem(feature), feature)
        if other != feature:
            message = f"features: {feature!r} would have the same file as {other}; give it another name"
            raise ConfigError(message)


def segment_parts(parts: Mapping[str, Part]) -> dict[int, dict[str, Part]]:
    """The parts of a manifest that belong to segments, by segment and feature."""
    found: dict[int, dict[str, Part]] = {}
    for name, part in parts.items():
        feature, at, number = name.rpartition("@")
        if at and number.isdigit():
            found.setdefault(int(number), {})[feature] = part
    return dict(sorted(found.items()))


def feature_settings(parts: Mapping[str, Part]) -> dict[str, dict[str, Any]]:
    """What the manifest says of each feature of an index, by name; empty where it has none."""
    found: dict[str, dict[str, Any]] = {}
    for of_one in segment_parts(parts).values():
        for feature, part in of_one.items():
            if feature != KEYS:
                found.setdefault(feature, dict(part.settings))
    return dict(sorted(found.items()))


def open_segments(folder: Path, parts: Mapping[str, Part]) -> list[Segment]:
    """The segments of a generation.

    Raises:
        StoreError: A file is not what the manifest says.
    """
    segments = []
    for number, of_one in segment_parts(parts).items():
        if KEYS not in of_one:
            message = f"{folder}: segment {number} of the stored features has no keys; rebuild the index"
            raise StoreError(message)
        tables = {
            str(part.settings["fingerprint"]): ColumnTable(folder / file_name(feature, number), part.rows)
            for feature, part in of_one.items()
            if feature != KEYS
        }
        segments.append(Segment(KeyTable(folder / file_name(KEYS, number), of_one[KEYS].rows), tables))
    return segments


class FeatureStore:
    """Stored features of passages (`excerpt.values.stored.Store`); safe to use from several threads.

    Args:
        segments: Where they are.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = list(segments)
        self._places: dict[tuple[str, str], tuple[int, int] | None] = {}

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """The columns of each passage; None where its title and text were not indexed with that feature."""
        if not any(fingerprint in segment.tables for segment in self._segments):
            return [None] * len(passages)
        found: list[Columns | None] = []
        for place in self._located(passages):
            table = None if place is None else self._segments[place[0]].tables.get(fingerprint)
            found.append(None if table is None or place is None else table.row(place[1]))
        return found

    def place(self, keys: Sequence[Key]) -> list[tuple[int, int] | None]:
        """Segment and row of each key; None for those that no segment has."""
        places: list[tuple[int, int] | None] = [None] * len(keys)
        for number, segment in enumerate(self._segments):
            for index, row in enumerate(segment.keys.rows(keys).tolist()):
                if row >= 0 and places[index] is None:
                    places[index] = (number, row)
        return places

    def columns(self, place: tuple[int, int], fingerprint: str) -> Columns:
        """The columns of a row that is there."""
        return self._segments[place[0]].tables[fingerprint].row(place[1])

    @property
    def sizes(self) -> list[int]:
        """Rows of each segment."""
        return [len(segment.keys) for segment in self._segments]

    def _located(self, passages: Sequence[Passage]) -> list[tuple[int, int] | None]:
        # One call of a chain asks for the same passages five times.
        known = self._places
        named = [(passage.title, passage.text) for passage in passages]
        fresh = [name for name in dict.fromkeys(named) if name not in known]
        if fresh:
            if len(known) + len(fresh) > _REMEMBERED:
                self._places = known = {name: known[name] for name in named if name in known}
            known.update(zip(fresh, self.place([key_of(*name) for name in fresh]), strict=True))
        return [known[name] for name in named]


class SegmentWriter:
    """Writes one segment, or more features of one; a context manager.

    Args:
        folder: Where its files go.
        number: Its number.
        settings: What the manifest is to say of each feature.
    """

    def __init__(self, folder: Path, number: int, settings: Mapping[str, Mapping[str, Any]]) -> None:
        self._folder = folder
        self._number = number
        self._settings = dict(settings)
        self._keys: list[Key] = []
        self._open = ExitStack()
        self._writers: dict[str, ColumnWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def append(self, keys: Sequence[Key], rows: Mapping[str, Sequence[Columns]]) -> None:
        """Add passages.

        Args:
            keys: Their keys; none where the segment has them already.
            rows: Their columns, by feature.
        """
        self._keys.extend(keys)
        for feature, columns in rows.items():
            if columns and feature not in self._writers:
                path = self._folder / file_name(feature, self._number)
                writer = ColumnWriter(path, form_of(columns[0]))
                self._writers[feature] = self._open.enter_context(writer)
            if columns:
                self._writers[feature].append(columns)

    def finish(self) -> dict[str, Part]:
        """Close the files; the parts of the manifest, none where there was no passage."""
        self._open.close()
        parts: dict[str, Part] = {}
        if self._keys:
            path = self._folder / file_name(KEYS, self._number)
            save_keys(path, self._keys)
            seals = {path.name: Seal.of(path)}
            parts[part_name(KEYS, self._number)] = Part(len(self._keys), seals, {"hash": "blake2b-128"})
        for feature, writer in self._writers.items():
            path = self._folder / file_name(feature, self._number)
            forms = {
                name: f"{form.dtype.lstrip('<|')} x {form.width or 1}" for name, form in writer.forms.items()
            }
            settings = {**self._settings[feature], "columns": forms}
            parts[part_name(feature, self._number)] = Part(writer.rows, {path.name: Seal.of(path)}, settings)
        return parts


def settings_of(source: Precomputed) -> dict[str, Any]:
    """What the manifest says of a feature: the fingerprint it is found by, and what it was made with."""
    return {"fingerprint": source.fingerprint, "made_with": dict(getattr(source, "made_with", {}))}
