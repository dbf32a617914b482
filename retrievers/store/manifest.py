"""The manifest of an index: what is in it, made by what, and the checksum of every file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, get_args

from excerpt.errors import StoreError
from excerpt.retrievers.store.parts import KEYS, PASSAGES, Part

__all__ = [
    "ALWAYS_HASHED_BYTES",
    "FORMAT",
    "VERSION",
    "Dense",
    "EncoderIdentity",
    "Manifest",
    "PartFiles",
    "Precision",
    "Seal",
    "checked_json",
]

Dense: TypeAlias = Literal["auto", "exact", "hnsw", "ivf-pq"]
Precision: TypeAlias = Literal["float32", "float16"]

FORMAT, VERSION = "excerpt-index", 1
ALWAYS_HASHED_BYTES = 16 * 1024 * 1024
"""Files up to this size are hashed whole at every opening, larger ones sampled."""

_PIECES, _PIECE = 64, 4096


@dataclass(frozen=True, slots=True)
class Seal:
    """What a file must be.

    Args:
        bytes: Its size.
        sha256: Hash of all of it.
        sample: Hash of 64 pieces of 4 KB spread evenly, first and last included. It tells another
            file of the same size from this one without reading gigabytes; it can miss a flipped bit.
    """

    bytes: int
    sha256: str
    sample: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """The seal of a file as it is now."""
        return cls(path.stat().st_size, _whole(path), _sampled(path))

    def check(self, path: Path, *, whole: bool) -> None:
        """Compare a file with its seal.

        Args:
            path: The file.
            whole: Hash all of it, whatever its size.

        Raises:
            StoreError: It is missing or differs.
        """
        advice = "restore it from a copy, or rebuild the index"
        try:
            size = path.stat().st_size
            if size != self.bytes:
                message = f"{path}: has {size} bytes, the manifest says {self.bytes}; {advice}"
                raise StoreError(message)
            if whole or size <= ALWAYS_HASHED_BYTES:
                same = _whole(path) == self.sha256
            else:
                same = _sampled(path) == self.sample
        except FileNotFoundError as error:
            message = f"{path}: is missing; {advice}"
            raise StoreError(message) from error
        except OSError as error:
            message = f"{path}: cannot be read ({error.strerror or error})"
            raise StoreError(message) from error
        if not same:
            message = f"{path}: is not the file that was written (its checksum differs); {advice}"
            raise StoreError(message)


@dataclass(frozen=True, slots=True)
class PartFiles:
    """What a part of an index consists of.

    Args:
        rows: How many passages it covers, from the first.
        files: Seals by file name; each file lies in the folder of the manifest.
        settings: How it was made. Of a feature, ``fingerprint`` is what it is found by.
    """

    rows: int
    files: Mapping[str, Seal]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """Which encoder made the vectors."""

    name: str
    fingerprint: str
    dim: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index holds. Readers ignore parts that they do not know.

    Args:
        rows: Passages.
        encoder: What made the vectors; None where there are none.
        dense: How vectors are searched.
        precision: How vectors are stored.
        parts: The passages always; vectors, a FAISS index of them and BM25 where built; stored features, by segment
            (`excerpt.retrievers.store.segments`).
    """

    rows: int
    encoder: EncoderIdentity | None
    dense: Dense
    precision: Precision
    parts: Mapping[Part, PartFiles]

    @property
    def features(self) -> dict[str, dict[str, Any]]:
        """The settings of each stored feature, by name in order; empty where there is none."""
        settings: dict[str, dict[str, Any]] = {}
        for part, files in sorted(self.parts.items()):
            if part.is_stored_feature and part.feature != KEYS:
                settings.setdefault(part.feature, dict(files.settings))
        return settings

    @property
    def segments(self) -> dict[int, dict[str, PartFiles]]:
        """The stored features and keys of each segment, by its number in order and by feature."""
        segments: dict[int, dict[str, PartFiles]] = {}
        for part, files in self.parts.items():
            if part.is_stored_feature:
                segments.setdefault(part.segment, {})[part.feature] = files
        return dict(sorted(segments.items()))

    @property
    def feature_parts(self) -> dict[Part, PartFiles]:
        """All parts that belong to segments."""
        return {part: files for part, files in self.parts.items() if part.is_stored_feature}

    def to_json(self) -> str:
        """The manifest as text; the same manifest gives the same text."""
        values = {
            "format": FORMAT,
            "version": VERSION,
            "rows": self.rows,
            "encoder": None if self.encoder is None else asdict(self.encoder),
            "dense": self.dense,
            "precision": self.precision,
            "parts": [part.to_dict() | asdict(files) for part, files in sorted(self.parts.items())],
        }
        return json.dumps(values, indent=1, sort_keys=True) + "\n"

    @classmethod
    def of(cls, text: bytes, path: Path) -> Self:
        """Read a manifest.

        Raises:
            StoreError: It is not one, or of a later version; ``path`` is named in the message.
        """
        values = checked_json(text, path)
        try:
            encoder = values["encoder"]
            manifest = cls(
                rows=int(values["rows"]),
                encoder=None if encoder is None else EncoderIdentity(**encoder),
                dense=values["dense"],
                precision=values["precision"],
                parts={Part.from_dict(part): _files(part) for part in values["parts"]},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"{path}: lacks what a manifest has ({error!r}); rebuild the index"
            raise StoreError(message) from error
        manifest._require(path, len(values["parts"]))
        return manifest

    def _require(self, path: Path, listed: int) -> None:
        known = self.dense in get_args(Dense) and self.precision in get_args(Precision)
        names = [name for files in self.parts.values() for name in files.files]
        plain = all(name == Path(name).name and name not in {"", ".", ".."} for name in names)
        # A segment of stored features has a row for each distinct text, and keeps those of deleted passages.
        covered = all(
            files.rows > 0 and (files.rows <= self.rows or part.is_stored_feature)
            for part, files in self.parts.items()
        )
        if not (known and plain and covered and PASSAGES in self.parts and len(self.parts) == listed):
            message = f"{path}: contradicts itself, or names files outside the index; rebuild the index"
            raise StoreError(message)


def checked_json(text: bytes, path: Path) -> dict[str, Any]:
    """Read a JSON object that says it is of our format and version.

    Raises:
        StoreError: It is not one.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{path}: is not JSON ({error}); restore it from a copy, or remove the folder and rebuild the index"
        raise StoreError(message) from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        message = f"{path}: was not written by excerpt; give the path of an index made by `excerpt index`"
        raise StoreError(message)
    if values.get("version") != VERSION:
        message = (
            f"{path}: is of version {values.get('version')!r}, this excerpt reads {VERSION}; "
            "remove the folder and rebuild the index"
        )
        raise StoreError(message)
    return values


def _files(values: Mapping[str, Any]) -> PartFiles:
    seals = {str(name): Seal(**seal) for name, seal in values["files"].items()}
    return PartFiles(int(values["rows"]), seals, dict(values["settings"]))


def _whole(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sampled(path: Path) -> str:
    digest = hashlib.sha256()
    last = max(0, path.stat().st_size - _PIECE)
    with path.open("rb") as file:
        for number in range(_PIECES):
            file.seek(last * number // (_PIECES - 1))
            digest.update(file.read(_PIECE))
    return digest.hexdigest()
