"""Stored features in segments: files that are written once, for passages that no earlier segment has.

A segment has a table of keys and one Arrow file a feature. A new generation takes the files of the old one by a
second name, so adding costs what is added, and deleting passages leaves their rows behind until compaction.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from excerpt.contracts import PrecomputedContract, with_defaults
from excerpt.errors import StoreError
from excerpt.retrievers.store.columns import ColumnTable, ColumnWriter, form_of
from excerpt.retrievers.store.keys import Key, KeyTable, key_of, save_keys
from excerpt.retrievers.store.manifest import Manifest, PartFiles, Seal
from excerpt.retrievers.store.parts import KEYS, Part
from excerpt.values.stored import Columns, Precomputed
from excerpt.values.types import Passage

__all__ = ["FeatureStore", "Segment", "SegmentWriter", "open_segments", "settings_of"]

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


def open_segments(folder: Path, manifest: Manifest) -> list[Segment]:
    """The segments of a generation.

    Args:
        folder: Of the generation.
        manifest: Its manifest.

    Raises:
        StoreError: A file is not what the manifest says.
    """
    segments = []
    for number, features in manifest.segments.items():
        if KEYS not in features:
            message = f"{folder}: segment {number} of the stored features has no keys; rebuild the index"
            raise StoreError(message)
        tables = {
            str(files.settings["fingerprint"]): ColumnTable(folder / Part(feature, number).file, files.rows)
            for feature, files in features.items()
            if feature != KEYS
        }
        keys = KeyTable(folder / Part(KEYS, number).file, features[KEYS].rows)
        segments.append(Segment(keys, tables))
    return segments


class FeatureStore:
    """Stored features of passages (`excerpt.values.stored.Store`); safe to use from several threads.

    Args:
        segments: Where they are, in the order of their numbers.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self._places: dict[tuple[str, str], tuple[int, int] | None] = {}

    def find(self, fingerprint: str, passages: Sequence[Passage]) -> list[Columns | None]:
        """The columns of each passage; None where its title and text were not indexed with that feature."""
        if not any(fingerprint in segment.tables for segment in self.segments):
            return [None] * len(passages)
        tables = [segment.tables.get(fingerprint) for segment in self.segments]
        given: list[Columns | None] = []
        for place in self._located(passages):
            table = None if place is None else tables[place[0]]
            given.append(None if table is None or place is None else table.row(place[1]))
        return given

    def place(self, keys: Sequence[Key]) -> list[tuple[int, int] | None]:
        """Segment and row of each key; None for those that no segment has."""
        places: list[tuple[int, int] | None] = [None] * len(keys)
        for number, segment in enumerate(self.segments):
            for index, row in enumerate(segment.keys.rows(keys).tolist()):
                if row >= 0 and places[index] is None:
                    places[index] = (number, row)
        return places

    def columns(self, place: tuple[int, int], fingerprint: str) -> Columns:
        """The columns of a row that is there."""
        return self.segments[place[0]].tables[fingerprint].row(place[1])

    @property
    def sizes(self) -> list[int]:
        """Rows of each segment."""
        return [len(segment.keys) for segment in self.segments]

    def _located(self, passages: Sequence[Passage]) -> list[tuple[int, int] | None]:
        # One call of a chain asks for the same passages five times.
        known = self._places
        named = [(passage.title, passage.text) for passage in passages]
        try:
            return [known[name] for name in named]
        except KeyError:
            fresh = [name for name in dict.fromkeys(named) if name not in known]
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
                path = self._folder / Part(feature, self._number).file
                writer = ColumnWriter(path, form_of(columns[0]))
                self._writers[feature] = self._open.enter_context(writer)
            if columns:
                self._writers[feature].append(columns)

    def finish(self) -> dict[Part, PartFiles]:
        """Close the files; the parts of the manifest, none where there was no passage."""
        self._open.close()
        parts: dict[Part, PartFiles] = {}
        if self._keys:
            part = Part(KEYS, self._number)
            save_keys(self._folder / part.file, self._keys)
            parts[part] = PartFiles(len(self._keys), self._seal(part), {"hash": "blake2b-128"})
        for feature, writer in self._writers.items():
            part = Part(feature, self._number)
            forms = {
                name: f"{form.dtype.lstrip('<|')} x {form.width or 1}" for name, form in writer.forms.items()
            }
            settings = {**self._settings[feature], "columns": forms}
            parts[part] = PartFiles(writer.rows, self._seal(part), settings)
        return parts

    def _seal(self, part: Part) -> dict[str, Seal]:
        return {part.file: Seal.of(self._folder / part.file)}


def settings_of(source: Precomputed) -> dict[str, Any]:
    """What the manifest says of a feature: the fingerprint it is found by, and what it was made with."""
    return {
        "fingerprint": source.fingerprint,
        "made_with": dict(with_defaults(source, PrecomputedContract).made_with),
    }
