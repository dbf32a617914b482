"""JSON Lines, read one line at a time, plain, gzipped or from standard input."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from excerpt.errors import InputError
from excerpt.files.atomic import replacing

__all__ = ["drafted", "dump", "open_lines", "packed", "parse_object", "read_jsonl"]

_BOM = b"\xef\xbb\xbf"


@contextmanager
def open_lines(path: str | Path) -> Iterator[IO[bytes]]:
    """Open for reading line by line: ``.gz`` is unpacked, ``-`` is standard input.

    Raises:
        InputError: The file cannot be opened, or is packed and cannot be unpacked to its end.
    """
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = _opened(path)
    except OSError as error:
        message = f"{path}: cannot be opened ({error.strerror or error})"
        raise InputError(message) from error
    with file:
        try:
            yield file
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:  # where its lines are read
            message = f"{path}: cannot be read to its end ({error}); it is damaged, or not packed by gzip"
            raise InputError(message) from error


def _opened(path: str | Path) -> IO[bytes]:
    if str(path).endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return Path(path).open("rb")


def read_jsonl(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object with its line number, counted from 1. Blank lines are passed over.

    Raises:
        InputError: The file cannot be read, or a line is not a JSON object; the message has the line number.
    """
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, parse_object(line, f"{path}, line {number}")


def parse_object(line: bytes, where: str) -> dict[str, Any]:
    """One JSON object from one line.

    Raises:
        InputError: The line is not UTF-8, not JSON, or not an object.
    """
    try:
        value = json.loads(line.removeprefix(_BOM).decode("utf-8"))  # bytes would be read as UTF-16 too
    except UnicodeDecodeError as error:
        message = f"{where}: byte {error.start} is not UTF-8; convert the file first"
        raise InputError(message) from error
    except json.JSONDecodeError as error:
        message = f"{where}: not JSON ({error.msg} at column {error.colno})"
        raise InputError(message) from error
    except ValueError as error:  # a number of thousands of digits
        message = f"{where}: cannot be read ({error})"
        raise InputError(message) from error
    except RecursionError as error:
        message = f"{where}: JSON nested too deeply"
        raise InputError(message) from error
    if not isinstance(value, dict):
        message = f"{where}: expected a JSON object, got {type(value).__name__}"
        raise InputError(message)
    return value


@contextmanager
def drafted(path: str) -> Iterator[IO[bytes]]:
    """A file to write that appears once it is whole; ``.gz`` is packed, ``-`` is standard output.

    Raises:
        WriteError: The file cannot be written.
    """
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replacing(path) as draft, draft.open("wb") as file:
        if path.endswith(".gz"):
            with packed(file) as rows:
                yield rows
        else:
            yield file


def packed(file: IO[bytes]) -> IO[bytes]:
    """Packs what is written into a file: no name and no time inside, so that the same rows give the same bytes."""
    return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=file, mtime=0))


def dump(value: dict[str, Any]) -> bytes:
    """One line, newline included; text stays readable.

    Raises:
        InputError: A text in it holds a lone surrogate, or it is nested too deeply.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"
    except UnicodeEncodeError as error:
        before = error.object[max(0, error.start - 40) : error.start]
        message = (
            f"holds a lone surrogate ({error.object[error.start]!r}), which is not text, after "
            f"{before.encode('utf-8', 'replace').decode()!r}; take it out of the input"
        )
        raise InputError(message) from error
    except RecursionError as error:
        message = "nested too deeply to be written as JSON"
        raise InputError(message) from error
