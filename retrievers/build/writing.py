"""Writing one generation of an index: passages stream in, files come out."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.vectors.passage_states import RULES
from excerpt.errors import InputError
from excerpt.retrievers.build.blocks import Block
from excerpt.retrievers.build.computing import Computing
from excerpt.retrievers.build.merging import merge_segments
from excerpt.retrievers.dense.approximate import Kind, build_approximate, kind_for, needs_rebuild
from excerpt.retrievers.dense.encoding import TextEncoder
from excerpt.retrievers.lexical import terms
from excerpt.retrievers.lexical.bm25 import BM25_SETTINGS, LEXICAL_FILES, PostingsWriter
from excerpt.retrievers.store.arrays import RowWriter, map_array, save_array
from excerpt.retrievers.store.generation import Generation
from excerpt.retrievers.store.keys import Key, key_of
from excerpt.retrievers.store.manifest import Dense, EncoderIdentity, Manifest, PartFiles, Precision, Seal
from excerpt.retrievers.store.parts import (
    APPROXIMATE,
    APPROXIMATE_ROWS_FILE,
    LEXICAL,
    PASSAGES,
    VECTORS,
    Part,
)
from excerpt.retrievers.store.passages import PassageRecord, PassageWriter
from excerpt.retrievers.store.segments import SegmentWriter, settings_of
from excerpt.values.stored import Precomputed

__all__ = [
    "GenerationWriter",
    "IndexProgress",
    "Plan",
    "approximate_part",
    "take_over",
]

IndexProgress: TypeAlias = Callable[[str, int, int | None], None]
"""Called with the step (``"passages"``, ``"words"``, ``"neighbours"``, ``"features"`` or ``"checksums"``), how many
passages are done, and of how many; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an index is to have.

    Args:
        encoder: Makes the vectors, or only says which they are where all are known; None for an index without.
        dense: How vectors are searched: ``"exact"``, ``"hnsw"`` (a graph), ``"ivf-pq"`` (cells of compressed
            vectors), or ``"auto"`` for cells from `excerpt.retrievers.dense.approximate.AUTO_ROWS` passages on.
        precision: How vectors are stored.
        lexical: Whether to build BM25.
        sources: What makes the stored features, by name.
    """

    encoder: TextEncoder | EncoderIdentity | None
    dense: Dense = "auto"
    precision: Precision = "float32"
    lexical: bool = True
    sources: Mapping[str, Precomputed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.dense not in get_args(Dense):
            message = f"dense: must be 'auto', 'exact', 'hnsw' or 'ivf-pq', got {self.dense!r}"
            raise InputError(message)
        if self.precision not in {"float32", "float16"}:
            message = f"precision: must be 'float32' or 'float16', got {self.precision!r}"
            raise InputError(message)
        if self.encoder is None and not self.lexical:
            message = (
                "an index without an encoder and with lexical=False could not be searched; give one of them"
            )
            raise InputError(message)


class GenerationWriter:
    """Writes the files of a generation; a context manager.

    Vectors and features are computed once for each distinct title and text.

    Args:
        folder: An empty folder.
        plan: What the index is to have.
        progress: Called with a step, how much of it is done and its total; None for nobody.
        before: The generation that this one follows: its stored features are taken over, small segments of them as one,
            and its FAISS index while that covers enough.
        work: Where finished work is kept in case of a kill; None to keep none.
    """

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        progress: IndexProgress | None = None,
        before: Generation | None = None,
        work: Path | None = None,
    ) -> None:
        self._before = before
        encoder = None if isinstance(plan.encoder, EncoderIdentity) else plan.encoder
        self._computing = Computing(encoder, plan.sources, work)
        self._first: dict[Key, int] = {}
        self._folder = folder
        self._plan = plan
        self._progress: IndexProgress = progress or (lambda _step, _done, _total: None)
        self._open = ExitStack()
        self._passages = self._open.enter_context(PassageWriter(folder / PASSAGES.file))
        self._vectors: RowWriter | None = None
        self._postings: PostingsWriter | None = None
        if plan.encoder is not None:
            writer = RowWriter(folder / VECTORS.file, plan.encoder.dim, plan.precision)
            self._vectors = self._open.enter_context(writer)
        if plan.lexical:
            self._postings = self._open.enter_context(PostingsWriter(folder / "spilled-terms"))
        taken = {} if before is None else before.manifest.segments
        self._segment = self._open.enter_context(
            SegmentWriter(
                folder,
                max(taken, default=0) + 1,
                {name: settings_of(source) for name, source in plan.sources.items()},
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def append(self, block: Block, total: int | None = None) -> None:
        """Write some passages; vectors and features that are not known are computed."""
        keys = [key_of(record.title, record.text) for record in block.records]
        rows = range(self._passages.rows, self._passages.rows + len(keys))
        if block.vectors is None:
            self._compute(keys, block.records)
        elif self._vectors is not None:
            self._vectors.append(block.vectors)
        for key, row in zip(keys, rows, strict=True):
            self._first.setdefault(key, row)
        if self._postings is not None:
            for record in block.records:
                self._postings.append(record.search_text())
        self._passages.append(block.records)
        self._progress("passages", self._passages.rows, total)

    def _compute(self, keys: Sequence[Key], records: Sequence[PassageRecord]) -> None:
        """Vectors and features of passages; those of a text that was there before are there already."""
        fresh: dict[Key, PassageRecord] = {}
        for key, record in zip(keys, records, strict=True):
            if key not in self._first:
                fresh.setdefault(key, record)
        new = list(fresh)
        # Of a passage that was deleted the features may still be there.
        kept = [None] * len(new) if self._before is None else self._before.features.place(new)
        if self._vectors is None:
            new = [key for key, place in zip(new, kept, strict=True) if place is None]
            kept = [None] * len(new)
        product = self._computing.of(new, [fresh[key] for key in new])
        chosen = [number for number, place in enumerate(kept) if place is None]
        columns = {name: [rows[number] for number in chosen] for name, rows in product.features.items()}
        if columns:
            self._segment.append([new[number] for number in chosen], columns)
        if self._vectors is not None and product.vectors is not None and keys:
            known = dict(zip(new, product.vectors, strict=True))
            self._vectors.append(
                np.stack(
                    [known[key] if key in known else self._vectors.read(self._first[key]) for key in keys]
                )
            )

    def finish(self, stays: NDArray[np.bool_] | None = None) -> Manifest:
        """Close the files, build what needs all passages, and seal everything.

        Args:
            stays: Which rows of the generation before are still there, ``(rows,)``; None for all.

        Raises:
            InputError: There was no passage.
        """
        rows = self._passages.rows
        if rows == 0:
            message = "passages: there are none; an index needs at least one"
            raise InputError(message)
        if self._postings is not None:
            self._progress("words", 0, rows)
            self._postings.finish(self._folder)
            self._progress("words", rows, rows)
        segment = self._segment.finish()
        self._open.close()
        return self._sealed(rows, {**self._approximate(rows, stays), **self._taken_over(segment), **segment})

    def _taken_over(self, segment: Mapping[Part, PartFiles]) -> dict[Part, PartFiles]:
        """The features of the generation before, under a second name; of small segments written as one."""
        before = self._before
        if before is None or not before.manifest.segments:
            return {}
        rows = self._passages.rows
        self._progress("features", 0, rows)
        free = max([*before.manifest.segments, *(part.segment for part in segment)]) + 1
        merged = merge_segments(before, self._first, self._folder, int(bool(segment)), free)
        take_over(before, merged.kept, self._folder)
        self._progress("features", rows, rows)
        return {**merged.kept, **merged.written}

    def _approximate(self, rows: int, stays: NDArray[np.bool_] | None) -> dict[Part, PartFiles]:
        """Take the FAISS index over, or write one where one is due."""
        kind = kind_for(self._plan.dense, rows)
        if kind is None or self._plan.encoder is None:
            return {}
        taken = None if self._before is None else self._approximate_before(self._before, rows, stays)
        if taken is not None:
            return {APPROXIMATE: taken}
        self._progress("neighbours", 0, rows)
        files = approximate_part(self._folder, kind, self._plan.precision, (rows, self._plan.encoder.dim))
        self._progress("neighbours", rows, rows)
        return {APPROXIMATE: files}

    def _approximate_before(
        self, before: Generation, rows: int, stays: NDArray[np.bool_] | None
    ) -> PartFiles | None:
        """The older FAISS index with the rows that its nodes have now; None where a new one is due."""
        files = before.manifest.parts.get(APPROXIMATE)
        if files is None:
            return None
        row_of = np.arange(files.rows)
        if APPROXIMATE_ROWS_FILE in files.files:
            row_of = map_array(before.folder / APPROXIMATE_ROWS_FILE, np.int64, (None,))
        if stays is not None:
            now = np.append(np.where(stays, np.cumsum(stays) - 1, -1), -1)
            row_of = now[row_of]
        covered = int((row_of >= 0).sum())
        if covered == 0 or needs_rebuild(rows, covered, len(row_of)):
            return None
        _same_file(before.folder / APPROXIMATE.file, self._folder / APPROXIMATE.file)
        if covered == len(row_of):
            return PartFiles(covered, self._seals(APPROXIMATE.file))
        save_array(self._folder / APPROXIMATE_ROWS_FILE, row_of)
        return PartFiles(covered, self._seals(APPROXIMATE.file, APPROXIMATE_ROWS_FILE))

    def _sealed(self, rows: int, others: Mapping[Part, PartFiles]) -> Manifest:
        self._progress("checksums", 0, rows)
        encoder = self._plan.encoder
        parts = {PASSAGES: PartFiles(rows, self._seals(PASSAGES.file))}
        if encoder is not None:
            parts[VECTORS] = PartFiles(rows, self._seals(VECTORS.file), {"rules": RULES})
        if self._plan.lexical:
            settings = {**BM25_SETTINGS, "terms": terms.RULES_VERSION}
            parts[LEXICAL] = PartFiles(rows, self._seals(*LEXICAL_FILES), settings)
        parts |= others
        self._progress("checksums", rows, rows)
        identity = (
            None if encoder is None else EncoderIdentity(encoder.name, encoder.fingerprint, encoder.dim)
        )
        return Manifest(rows, identity, self._plan.dense, self._plan.precision, parts)

    def _seals(self, *names: str) -> dict[str, Seal]:
        return {name: Seal.of(self._folder / name) for name in names}


def approximate_part(folder: Path, kind: Kind, precision: Precision, shape: tuple[int, int]) -> PartFiles:
    """Write a FAISS index of the vectors that are in a folder; ``shape`` is theirs, ``(rows, dim)``."""
    path = folder / APPROXIMATE.file
    build_approximate(kind, map_array(folder / VECTORS.file, precision, shape), path)
    return PartFiles(shape[0], {path.name: Seal.of(path)})


def take_over(before: Generation, parts: Mapping[Part, PartFiles], folder: Path) -> None:
    """Give the files of parts of an older generation a second name in a folder."""
    for files in parts.values():
        for file in files.files:
            _same_file(before.folder / file, folder / file)


def _same_file(source: Path, target: Path) -> None:
    """A second name for a file, which never changes; a copy where the file system has no hard links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
