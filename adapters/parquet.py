"""Parquet files for the batch command: read by row group, written in row groups of a fixed size, whole or not at all.

While a run goes on its rows stand in a file of Arrow streams, each with its length before it, which can be cut back to
any point and gone on with (`excerpt.files.journal`). The Parquet file is made of them at the end, so its bytes depend
on the rows alone: not on workers, kills or the row groups of the input.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from excerpt.adapters.arrow import check_schema, rows_of
from excerpt.adapters.batch_work import json_value, read_frames, to_stream
from excerpt.errors import InputError
from excerpt.files.batch import Hand
from excerpt.files.journal import Journal
from excerpt.imports.extras import require

__all__ = [
    "ParquetSource",
    "count_rows",
    "finished",
    "pack_parquet",
    "parquet_files",
    "read_passages",
    "read_rows",
]

pa: Any = require("pyarrow", extra="index", purpose="Arrow record batches")
pq: Any = require("pyarrow.parquet", extra="index", purpose="Parquet files")

_READ = 64
"""Rows that are decoded at once: passages may be a megabyte each."""
_HAND = 8
"""Rows that are worth an Arrow stream."""
_ROW_GROUP = 1024
"""Rows of a row group that is written, so that whoever reads it can do so in parts."""
_SETTINGS = b"excerpt"


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files in a folder and those in it, by name; none that begin with a dot or ``_``.

    Raises:
        InputError: There is none.
    """
    files = sorted(
        path
        for path in folder.rglob("*.parquet")
        if path.is_file() and not any(part[0] in "._" for part in path.relative_to(folder).parts)
    )
    if not files:
        message = f"{folder}: has no .parquet file"
        raise InputError(message)
    return files


class ParquetSource:
    """One Parquet file of records.

    Args:
        path: The file.

    Raises:
        InputError: It is none that can be read.
    """

    hashed = False

    def __init__(self, path: Path) -> None:
        self.path = path
        file = _opened(path)
        self.rows: int = file.metadata.num_rows
        self.schema: Any = _plain(file.schema_arrow)

    def check(self) -> None:
        """See that its rows can be records.

        Raises:
            InputError: A column is missing, or of the wrong type.
        """
        check_schema(self.schema, str(self.path))

    def settings(self) -> dict[str, Any]:
        """How many rows it has, and a digest of its footer, which says where each column stands and what is in it."""
        with self.path.open("rb") as file:
            file.seek(-8, 2)
            length = int.from_bytes(file.read(4), "little")
            file.seek(-8 - length, 2)
            digest = hashlib.sha256(file.read(length)).hexdigest()
        return {"input": {"rows": self.rows, "footer_sha256": digest}}

    def hands(self, size: int, journal: Journal | None = None) -> Iterator[Hand]:
        """Its rows, some at a time; row groups that were dealt with are not read.

        Args:
            size: So many to a hand; some more where that is little, because a file does not keep anybody waiting.
            journal: Says how many were dealt with; None for none.
        """
        size = max(size, _HAND)
        skipped = 0 if journal is None else journal.lines
        for first, batch in self.batches(skipped):
            for start in range(0, batch.num_rows, size):
                yield Hand(first + start + 1, (to_stream(batch.slice(start, size)),))

    def batches(self, skipped: int = 0) -> Iterator[tuple[int, Any]]:
        """Record batches, each with the number of rows before it.

        Args:
            skipped: So many rows at the beginning are left out.

        Raises:
            InputError: The file is damaged.
        """
        file = _opened(self.path)
        before = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if before + rows <= skipped:
                before += rows
                continue
            try:
                for batch in file.iter_batches(_READ, row_groups=[group]):
                    left = batch.slice(max(0, skipped - before))
                    if left.num_rows:
                        yield before + batch.num_rows - left.num_rows, _decoded(left, self.schema)
                    before += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                message = f"{self.path}: row group {group} cannot be read ({error}); the file is damaged"
                raise InputError(message) from error


def _opened(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        message = f"{path}: cannot be read as Parquet ({error})"
        raise InputError(message) from error


def _plain(schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The schema with categories as what they stand for: a dictionary is of one file, rows go through many."""
    return pa.schema(
        [
            field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in schema
        ]
    )


def _decoded(batch: Any, schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    columns = [
        column.cast(field.type) if pa.types.is_dictionary(column.type) else column
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def pack_parquet(schema: Any, settings: Mapping[str, Any]) -> "partial[None]":  # noqa: ANN401 - pyarrow has no types
    """What makes a Parquet file of framed streams, from one path to another.

    Args:
        schema: Of the rows.
        settings: What the file is to say of how it was made; `finished` reads it.
    """
    return partial(_pack, schema.with_metadata({_SETTINGS: json.dumps(settings, sort_keys=True)}))


def _pack(schema: Any, source: Path, target: Path) -> None:  # noqa: ANN401 - pyarrow has no types
    waiting: list[Any] = []
    rows = 0
    with source.open("rb") as frames, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in read_frames(frames):
            waiting.append(batch)
            rows += batch.num_rows
            while rows >= _ROW_GROUP:
                table = pa.Table.from_batches(waiting)
                _write(writer, table.slice(0, _ROW_GROUP), schema)
                waiting, rows = table.slice(_ROW_GROUP).to_batches(), rows - _ROW_GROUP
        if rows:
            _write(writer, pa.Table.from_batches(waiting), schema)


def _write(writer: Any, table: Any, schema: Any) -> None:  # noqa: ANN401 - pyarrow has no types
    # In one chunk: where chunks end would show in the pages that are written.
    whole = table.replace_schema_metadata(schema.metadata).combine_chunks()
    writer.write_table(whole, row_group_size=_ROW_GROUP)


def finished(path: Path) -> dict[str, Any] | None:
    """How a Parquet file of ours was made; None where there is none.

    Raises:
        InputError: There is a file that is not ours.
    """
    if not path.exists():
        return None
    said = (_opened(path).schema_arrow.metadata or {}).get(_SETTINGS)
    if said is None:
        message = f"output: {path} is there, and was not written by excerpt; choose another place with -o"
        raise InputError(message)
    settings: dict[str, Any] = json.loads(said)
    return settings


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a file, each with its number from 1.

    Raises:
        InputError: It cannot be read, or a column is missing.
    """
    source = ParquetSource(path)
    source.check()
    for before, batch in source.batches():
        for number, row in enumerate(rows_of(batch), start=before + 1):
            if isinstance(row, dict):
                yield number, row


def count_rows(path: Path) -> int:
    """Rows of a file, or of all files in a folder, by their footers.

    Raises:
        InputError: A file cannot be read.
    """
    files = parquet_files(path) if path.is_dir() else [path]
    return sum(_opened(file).metadata.num_rows for file in files)


def read_passages(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Passages in Parquet, a row each: where it stands, and its columns; what is null is left out.

    Args:
        path: A file, or a folder of them.

    Raises:
        InputError: A file cannot be read.
    """
    for file in parquet_files(path) if path.is_dir() else [path]:
        for before, batch in ParquetSource(file).batches():
            for place, row in enumerate(batch.to_pylist(), start=before + 1):
                known = {key: json_value(value) for key, value in row.items() if value is not None}
                yield f"{file}, row {place}", known
