"""Which files `excerpt compress` reads and writes, by their names."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from excerpt.errors import InputError
from excerpt.files.batch import LineWork, Work
from excerpt.files.job import Job
from excerpt.files.journal import pack_gzip
from excerpt.files.run import LineSource, Piece, Source

if TYPE_CHECKING:
    from excerpt.adapters.parquet import ParquetSource

__all__ = ["Plan", "plan_files", "plan_stdout"]

_PARQUET = ".parquet"


class Plan(NamedTuple):
    """What a run is to do.

    Attributes:
        pieces: Files that are to be compressed.
        work: How.
        ready: Outputs of a folder that an earlier run finished.
    """

    pieces: list[Piece]
    work: Work
    ready: list[Path]


def plan_files(
    source: str, output: str, job: Job, settings: Mapping[str, Any], *, resume: bool, restart: bool
) -> Plan:
    """Read what has to be known of the files before a run.

    Args:
        source: A JSONL file, ``-``, a Parquet file, or a folder of them.
        output: A JSONL or Parquet file; a folder for a folder.
        job: What is done.
        settings: Everything that shapes the output.
        resume: An earlier run is gone on with.
        restart: It is not.

    Raises:
        InputError: They do not go together, cannot be read, or an earlier run left some of them.
    """
    if Path(source).is_dir():
        return _folder(Path(source), Path(output), job, settings, resume=resume, restart=restart)
    to_parquet = output.endswith(_PARQUET)
    if source.endswith(_PARQUET):
        from excerpt.adapters.batch_work import BatchWork

        parquet = _parquet(Path(source))
        piece = _to_parquet(parquet, Path(output), settings) if to_parquet else _to_lines(parquet, output)
        return Plan([piece], BatchWork(job, "parquet" if to_parquet else "jsonl"), [])
    lines = LineSource(source)
    if not to_parquet:
        return Plan([_to_lines(lines, output)], LineWork(job), [])
    from excerpt.adapters.batch_work import LINE_SCHEMA, LineToArrowWork
    from excerpt.adapters.parquet import pack_parquet

    made = {"settings": _digest(settings), "input": "lines"}
    return Plan([Piece(lines, Path(output), pack_parquet(LINE_SCHEMA, made))], LineToArrowWork(job), [])


def plan_stdout(source: str, job: Job) -> tuple[Source, Work]:
    """The source of a run that writes JSON lines to standard output, and its work.

    Raises:
        InputError: It is a folder, or cannot be read.
    """
    if Path(source).is_dir():
        message = f"output: {source} is a folder; give a folder with -o, not standard output"
        raise InputError(message)
    if not source.endswith(_PARQUET):
        return LineSource(source), LineWork(job)
    from excerpt.adapters.batch_work import BatchWork

    return _parquet(Path(source)), BatchWork(job, "jsonl")


def _folder(
    source: Path, output: Path, job: Job, settings: Mapping[str, Any], *, resume: bool, restart: bool
) -> Plan:
    from excerpt.adapters.batch_work import BatchWork
    from excerpt.adapters.parquet import finished, parquet_files

    if output.resolve().is_relative_to(source.resolve()):
        message = f"output: {output} is in the folder that is read; choose another place with -o"
        raise InputError(message)
    pieces, ready, begun = [], [], []
    for path in parquet_files(source):
        target = output / path.relative_to(source)
        piece = _to_parquet(_parquet(path), target, settings)
        made = None if restart else finished(target)
        if made is None:
            pieces.append(piece)
            if target.with_name(f"{target.name}.journal").exists():
                begun.append(target)
            continue
        if resume and made != _made(piece.source, settings):
            message = f"output: {target} was made of another input or with other settings; use the same, or --restart"
            raise InputError(message)
        ready.append(target)
    if (ready or begun) and not (resume or restart):
        message = (
            f"output: {output} has {len(ready):,} of {len(ready) + len(pieces):,} files of an earlier run; --resume "
            "goes on with it, --restart begins again"
        )
        raise InputError(message)
    for piece in pieces:
        piece.output.parent.mkdir(parents=True, exist_ok=True)
    return Plan(pieces, BatchWork(job), ready)


def _parquet(path: Path) -> "ParquetSource":
    from excerpt.adapters.parquet import ParquetSource

    source = ParquetSource(path)
    source.check()
    return source


def _to_lines(source: Source, output: str) -> Piece:
    return Piece(source, Path(output), pack_gzip if output.endswith(".gz") else None)


def _to_parquet(source: "ParquetSource", output: Path, settings: Mapping[str, Any]) -> Piece:
    from excerpt.adapters.arrow import output_schema
    from excerpt.adapters.parquet import pack_parquet

    return Piece(source, output, pack_parquet(output_schema(source.schema), _made(source, settings)))


def _made(source: Source, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a Parquet file says of how it was made."""
    return {"settings": _digest(settings), **source.settings()}


def _digest(settings: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
