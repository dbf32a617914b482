"""Writing one generation of an index: passages stream in, files come out."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeAlias

from numpy.typing import NDArray

from winnow.coerce import PassageLike, to_passage
from winnow.errors import InputError
from winnow.retrievers.arrays import RowWriter, map_array
from winnow.retrievers.encoding import TextEncoder, unit_vectors
from winnow.retrievers.generation import GRAPH_FILE, PASSAGES_FILE, VECTORS_FILE, Generation
from winnow.retrievers.graph import AUTO_ROWS, build_graph, needs_rebuild
from winnow.retrievers.lexical import BM25_SETTINGS, LEXICAL_FILES, PostingsWriter
from winnow.retrievers.manifest import Dense, EncoderIdentity, Manifest, Part, Precision, Seal
from winnow.retrievers.passages import PassageWriter, Record, record_of
from winnow.retrievers.terms import TERMS_RULE

__all__ = ["Block", "GenerationWriter", "Plan", "Progress", "blocks_of", "stored_blocks"]

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Called with the step (``"passages"``, ``"words"``, ``"graph"`` or ``"checksums"``), how many passages are
done, and of how many; None where that is not known."""


class Block(NamedTuple):
    """Some passages, with their vectors where these are known already."""

    records: Sequence[Record]
    vectors: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an index is to have.

    Args:
        encoder: Makes the vectors; None for an index without.
        dense: How vectors are searched: ``"exact"``, ``"hnsw"``, or ``"auto"`` for a graph above
            `winnow.retrievers.graph.AUTO_ROWS` passages.
        precision: How vectors are stored.
        lexical: Whether to build BM25.
    """

    encoder: TextEncoder | None
    dense: Dense = "auto"
    precision: Precision = "float32"
    lexical: bool = True

    def __post_init__(self) -> None:
        if self.dense not in {"auto", "exact", "hnsw"}:
            message = f"dense: must be 'auto', 'exact' or 'hnsw', got {self.dense!r}"
            raise InputError(message)
        if self.precision not in {"float32", "float16"}:
            message = f"precision: must be 'float32' or 'float16', got {self.precision!r}"
            raise InputError(message)
        if self.encoder is None and not self.lexical:
            message = (
                "an index without an encoder and with lexical=False could not be searched; give one of them"
            )
            raise InputError(message)

    def wants_graph(self, rows: int) -> bool:
        """Whether an index of so many passages has a graph."""
        return self.encoder is not None and (
            self.dense == "hnsw" or (self.dense == "auto" and rows >= AUTO_ROWS)
        )


def blocks_of(passages: Iterable[PassageLike], batch: int) -> Iterator[Block]:
    """Passages as they come, checked, ``batch`` at a time.

    Raises:
        InputError: ``passages`` is no collection, or one of them cannot be read; the message has its number.
    """
    if isinstance(passages, str | bytes | dict) or not isinstance(passages, Iterable):
        message = f"passages: expected a list or an iterator of passages, got one {type(passages).__name__}"
        raise InputError(message)
    if not isinstance(batch, int) or batch < 1:
        message = f"batch: must be a whole number above 0, got {batch!r}"
        raise InputError(message)
    numbered = enumerate(passages)
    while some := list(islice(numbered, batch)):
        yield Block([_record(value, f"passages[{number}]") for number, value in some])


def _record(value: PassageLike, where: str) -> Record:
    return record_of(to_passage(value, where), where)


def stored_blocks(generation: Generation) -> Iterator[Block]:
    """Everything an index holds, without encoding anything again."""
    start = 0
    for records in generation.passages.blocks():
        end = start + len(records)
        yield Block(records, None if generation.vectors is None else generation.vectors[start:end])
        start = end


class GenerationWriter:
    """Writes the files of a generation; a context manager.

    Args:
        folder: An empty folder.
        plan: What the index is to have.
        progress: Told how far it is; None for nobody.
    """

    def __init__(self, folder: Path, plan: Plan, progress: Progress | None = None) -> None:
        self._folder = folder
        self._plan = plan
        self._progress: Progress = progress or (lambda _step, _done, _total: None)
        self._open = ExitStack()
        self._passages = self._open.enter_context(PassageWriter(folder / PASSAGES_FILE))
        self._vectors: RowWriter | None = None
        self._postings: PostingsWriter | None = None
        if plan.encoder is not None:
            writer = RowWriter(folder / VECTORS_FILE, plan.encoder.dim, plan.precision)
            self._vectors = self._open.enter_context(writer)
        if plan.lexical:
            self._postings = self._open.enter_context(PostingsWriter(folder / "spilled-terms"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def append(self, block: Block, total: int | None = None) -> None:
        """Write some passages; they are encoded unless the block has vectors."""
        texts = [record.search_text() for record in block.records]
        if self._vectors is not None and self._plan.encoder is not None:
            known = block.vectors
            self._vectors.append(unit_vectors(self._plan.encoder, texts) if known is None else known)
        if self._postings is not None:
            for text in texts:
                self._postings.append(text)
        self._passages.append(block.records)
        self._progress("passages", self._passages.rows, total)

    def finish(self, before: Generation | None = None) -> Manifest:
        """Close the files, build what needs all passages, and seal everything.

        Args:
            before: The generation that this one extends: its graph is kept while it covers enough.

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
        self._open.close()
        return self._sealed(rows, self._graph(rows, before))

    def _graph(self, rows: int, before: Generation | None) -> int:
        """Write the graph where one is due; how many rows it covers."""
        if not self._plan.wants_graph(rows) or self._plan.encoder is None:
            return 0
        path = self._folder / GRAPH_FILE
        old = before.manifest.parts.get("graph") if before is not None else None
        if before is not None and old is not None and not needs_rebuild(rows, old.rows):
            _same_file(before.folder / GRAPH_FILE, path)
            return old.rows
        shape = (rows, self._plan.encoder.dim)
        self._progress("graph", 0, rows)
        build_graph(map_array(self._folder / VECTORS_FILE, self._plan.precision, shape), path)
        self._progress("graph", rows, rows)
        return rows

    def _sealed(self, rows: int, graph_rows: int) -> Manifest:
        self._progress("checksums", 0, rows)
        encoder = self._plan.encoder
        parts = {"passages": Part(rows, self._seals(PASSAGES_FILE))}
        if encoder is not None:
            parts["vectors"] = Part(rows, self._seals(VECTORS_FILE))
        if graph_rows:
            parts["graph"] = Part(graph_rows, self._seals(GRAPH_FILE))
        if self._plan.lexical:
            parts["lexical"] = Part(rows, self._seals(*LEXICAL_FILES), {**BM25_SETTINGS, "terms": TERMS_RULE})
        self._progress("checksums", rows, rows)
        identity = (
            None if encoder is None else EncoderIdentity(encoder.name, encoder.fingerprint, encoder.dim)
        )
        return Manifest(rows, identity, self._plan.dense, self._plan.precision, parts)

    def _seals(self, *names: str) -> dict[str, Seal]:
        return {name: Seal.of(self._folder / name) for name in names}


def _same_file(source: Path, target: Path) -> None:
    """A second name for a file, which never changes; a copy where the file system has no hard links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
