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
from excerpt.retrievers.lexical.bm25 import Postings
from excerpt.retrievers.lexical.terms import TERMS_RULE
from excerpt.retrievers.store.arrays import map_array
from excerpt.retrievers.store.folder import MANIFEST, Pointer, read_pointer
from excerpt.retrievers.store.manifest import Manifest, Part
from excerpt.retrievers.store.passages import PassageTable
from excerpt.retrievers.store.segments import FeatureStore, open_segments

__all__ = [
    "APPROXIMATE_FILE",
    "APPROXIMATE_ROWS_FILE",
    "PASSAGES_FILE",
    "VECTORS_FILE",
    "Generation",
    "open_current",
]

PASSAGES_FILE, VECTORS_FILE = "passages.arrow", "vectors.npy"
APPROXIMATE_FILE, APPROXIMATE_ROWS_FILE = "approximate.faiss", "approximate_rows.npy"


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
        chosen = {name: part for name, part in parts.items() if features or "@" not in name}
        _check(self.folder, chosen, whole=True)

    def nearest(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ``k`` rows with the highest cosine, and their scores."""
        if self.vectors is None:
            message = f"{self.folder.parent}: this index has no vectors; search it with mode='lexical'"
            raise StoreError(message)
        if self.approximate is not None:
            return self.approximate.search(self.vectors, query, k)
        return search_exact(self.vectors, query, k)


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
    if "vectors" in parts:
        if manifest.encoder is None:
            message = f"{folder / MANIFEST}: has vectors and names no encoder; rebuild the index"
            raise StoreError(message)
        dim = manifest.encoder.dim
        vectors = map_array(folder / VECTORS_FILE, manifest.precision, (manifest.rows, dim))
        if "approximate" in parts:
            approximate = _approximate(folder, parts["approximate"], dim)
    return Generation(
        folder=folder,
        manifest=manifest,
        passages=PassageTable(folder / PASSAGES_FILE, manifest.rows),
        vectors=vectors,
        approximate=approximate,
        postings=_postings(folder, manifest),
        features=FeatureStore(open_segments(folder, parts)),
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


def _check(folder: Path, parts: Mapping[str, Part], *, whole: bool) -> None:
    for name, part in parts.items():
        for file, seal in part.files.items():
            # FAISS trusts what it reads, and a damaged index of its would crash the process: always hash it.
            seal.check(folder / file, whole=whole or name == "approximate")


def _approximate(folder: Path, part: Part, dim: int) -> Approximate:
    if APPROXIMATE_ROWS_FILE not in part.files:
        return Approximate(folder / APPROXIMATE_FILE, part.rows, dim)
    row_of = map_array(folder / APPROXIMATE_ROWS_FILE, np.int64, (None,))
    if int((row_of >= 0).sum()) != part.rows or (row_of >= part.rows).any():
        message = f"{folder / APPROXIMATE_ROWS_FILE}: does not fit {APPROXIMATE_FILE}; rebuild the index"
        raise StoreError(message)
    return Approximate(folder / APPROXIMATE_FILE, part.rows, dim, row_of)


def _postings(folder: Path, manifest: Manifest) -> Postings | None:
    part = manifest.parts.get("lexical")
    if part is None:
        return None
    if part.settings.get("terms") != TERMS_RULE:
        message = f"{folder / MANIFEST}: words were cut by another rule ({part.settings}); rebuild the index"
        raise StoreError(message)
    return Postings(folder, manifest.rows)
