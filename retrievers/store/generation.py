"""One generation of an index, opened: its files checked against the manifest and mapped."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import StoreError
from excerpt.retrievers.dense.approximate import Approximate
from excerpt.retrievers.dense.exact import search_exact
from excerpt.retrievers.lexical import terms
from excerpt.retrievers.lexical.bm25 import Postings
from excerpt.retrievers.store.arrays import map_array
from excerpt.retrievers.store.folder import MANIFEST, Pointer, read_pointer
from excerpt.retrievers.store.manifest import Manifest, PartFiles
from excerpt.retrievers.store.parts import (
    APPROXIMATE,
    APPROXIMATE_ROWS_FILE,
    LEXICAL,
    PASSAGES,
    VECTORS,
    Part,
)
from excerpt.retrievers.store.passages import PassageTable
from excerpt.retrievers.store.segments import FeatureStore, open_segments

__all__ = ["Generation", "open_current"]


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation; it never changes.

    Args:
        folder: Where its files are.
        manifest: What they are.
        passages: The passages.
        vectors: ``(rows, dim)``, of length one; None where the index has no vectors.
        approximate: For approximate search; None where search is exact.
        postings: BM25; None where the index has none.
        features: What is stored of passages for the stages of a chain.
    """

    folder: Path
    manifest: Manifest
    passages: PassageTable
    vectors: NDArray[Any] | None
    approximate: Approximate | None
    postings: Postings | None
    features: FeatureStore

    def verify(self, *, features: bool = True) -> None:
        """Hash every file whole.

        Args:
            features: The stored features too, which are most of an index.

        Raises:
            StoreError: A file differs from its seal; the message names it. Or another generation has
                replaced this one, whose files are gone.
        """
        root = self.folder.parent
        pointer = read_pointer(root)
        if pointer.folder(root) != self.folder:
            message = f"{root}: was written again since it was opened; open it again to verify it"
            raise StoreError(message)
        _manifest(self.folder, pointer)
        parts = self.manifest.parts
        self.verify_parts(
            {part: files for part, files in parts.items() if features or not part.is_stored_feature}
        )

    def verify_parts(self, parts: Mapping[Part, PartFiles]) -> None:
        """Hash the files of some parts whole.

        Raises:
            StoreError: A file differs from its seal; the message names it.
        """
        _check(self.folder, parts, whole=True)

    def nearest(
        self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ``k`` rows with the highest cosine, and their scores; of ``rows`` alone, ascending, where given.

        Among given rows the search is exact.
        """
        if self.vectors is None:
            message = f"{self.folder.parent}: this index has no vectors; search it with mode='lexical'"
            raise StoreError(message)
        if self.approximate is not None and rows is None:
            return self.approximate.search(self.vectors, query, k)
        return search_exact(self.vectors, query, k, rows)


def open_current(root: Path) -> Generation:
    """Open the generation that counts.

    Raises:
        StoreError: There is no index, or a file is missing, corrupt or foreign.
    """
    pointer = read_pointer(root)
    while True:
        try:
            return _opened(pointer.folder(root), pointer)
        except (StoreError, FileNotFoundError):
            # A writer may have replaced this generation between the two reads.
            latest = read_pointer(root)
            if latest == pointer:
                raise
            pointer = latest


def _opened(folder: Path, pointer: Pointer) -> Generation:
    manifest = _manifest(folder, pointer)
    _check(folder, manifest.parts, whole=False)
    parts = manifest.parts
    vectors, approximate = None, None
    if VECTORS in parts:
        if manifest.encoder is None:
            message = f"{folder / MANIFEST}: has vectors and names no encoder; rebuild the index"
            raise StoreError(message)
        dim = manifest.encoder.dim
        vectors = map_array(folder / VECTORS.file, manifest.precision, (manifest.rows, dim))
        if APPROXIMATE in parts:
            approximate = _approximate(folder, parts[APPROXIMATE], dim)
    return Generation(
        folder=folder,
        manifest=manifest,
        passages=PassageTable(folder / PASSAGES.file, manifest.rows),
        vectors=vectors,
        approximate=approximate,
        postings=_postings(folder, manifest),
        features=FeatureStore(open_segments(folder, manifest)),
    )


def _manifest(folder: Path, pointer: Pointer) -> Manifest:
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        message = f"{path}: is missing; restore the folder from a copy, or rebuild the index"
        raise StoreError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror or error})"
        raise StoreError(message) from error
    if hashlib.sha256(text).hexdigest() != pointer.manifest_sha256:
        message = f"{path}: is not the manifest that was written (its checksum differs); rebuild the index"
        raise StoreError(message)
    return Manifest.of(text, path)


def _check(folder: Path, parts: Mapping[Part, PartFiles], *, whole: bool) -> None:
    for part, files in parts.items():
        for file, seal in files.files.items():
            # FAISS trusts what it reads, and a damaged index of its would crash the process: always hash it.
            seal.check(folder / file, whole=whole or part == APPROXIMATE)


def _approximate(folder: Path, files: PartFiles, dim: int) -> Approximate:
    if APPROXIMATE_ROWS_FILE not in files.files:
        return Approximate(folder / APPROXIMATE.file, files.rows, dim)
    row_of = map_array(folder / APPROXIMATE_ROWS_FILE, np.int64, (None,))
    if int((row_of >= 0).sum()) != files.rows or (row_of >= files.rows).any():
        message = f"{folder / APPROXIMATE_ROWS_FILE}: does not fit {APPROXIMATE.file}; rebuild the index"
        raise StoreError(message)
    return Approximate(folder / APPROXIMATE.file, files.rows, dim, row_of)


def _postings(folder: Path, manifest: Manifest) -> Postings | None:
    files = manifest.parts.get(LEXICAL)
    if files is None:
        return None
    if files.settings.get("terms") != terms.RULES_VERSION:
        message = (
            f"{folder / MANIFEST}: words were cut by rules of version {files.settings.get('terms')}, and this excerpt "
            f"cuts by version {terms.RULES_VERSION}; rebuild the index"
        )
        raise StoreError(message)
    return Postings(folder, manifest.rows)
