"""JSON Lines, read one line at a time, plain, gzipped or from standard input."""

import gzip
import io
import json
import math
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
_GZIP = b"\x1f\x8b"
_FIRST = 4096


@contextmanager
def open_lines(path: str | Path) -> Iterator[IO[bytes]]:
    """Open for reading line by line: what gzip packed is unpacked, whatever its name; ``-`` is standard input.

    Raises:
        InputError: The file cannot be opened, is packed and cannot be unpacked to its end, or holds one JSON value
            over several lines, such as an array of all records.
    """
    name = "standard input" if str(path) == "-" else str(path)
    with _opened(path, name) as file:
        try:
            packed_file = name.endswith(".gz") or file.peek(2)[:2] == _GZIP
            lines = gzip.GzipFile(fileobj=file, mode="rb") if packed_file else file
            _check_first_line(lines.peek(_FIRST), name)
            yield cast("IO[bytes]", lines)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:  # where its lines are read
            message = f"{name}: cannot be read to its end ({error}); it is damaged, or not packed by gzip"
            raise InputError(message) from error


@contextmanager
def _opened(path: str | Path, name: str) -> Iterator[io.BufferedReader]:
    if str(path) == "-":
        given = sys.stdin.buffer
        # What stands in for standard input, in a test say, cannot be looked ahead in. The real one is not wrapped:
        # a line would wait for a full buffer.
        file = (
            given if isinstance(given, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", given))
        )
        try:
            yield file
        finally:
            if file is not given:
                file.detach()  # closing it is not ours
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below: what its reader raises is not about opening
    except OSError as error:
        message = f"{name}: cannot be opened ({error.strerror or error})"
        raise InputError(message) from error
    with file:
        yield file


def _check_first_line(first: bytes, name: str) -> None:
    """Refuse one JSON value over several lines at once, not line by line.

    Args:
        first: How the file begins.
        name: What the message calls it.
    """
    start = first.removeprefix(_BOM).lstrip()
    line = start.split(b"\n", 1)
    kind, query = "", ""
    if start.startswith(b"["):
        kind, query = "a JSON array", ".[]"
    elif len(line) == 2 and line[0].strip() == b"{":
        kind, query = "JSON over several lines", "."
    if kind:
        message = f"{name}: is {kind}; one JSON object a line is wanted, which `jq -c '{query}'` makes of it"
        raise InputError(message)


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
    """One JSON object from one line. ``NaN`` and ``Infinity``, which JSON has not, are read as null.

    Raises:
        InputError: The line is not UTF-8, not JSON, or not an object.
    """
    try:
        text = line.removeprefix(_BOM).decode("utf-8")  # bytes would be read as UTF-16 too
        value = json.loads(text, parse_constant=lambda _: None)
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
        InputError: A text in it holds a lone surrogate, a value is none that JSON has, or it is nested too deeply; the
            message names the field.
    """
    try:
        line = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
        return line.encode() + b"\n"
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
    except (TypeError, ValueError) as error:
        message = (
            f"{_not_json(value) or 'a field'}: cannot be written as JSON ({error}); give a string, or null"
        )
        raise InputError(message) from error


def _not_json(value: object, where: str = "") -> str:
    """Where in a value something stands that JSON has not, such as ``"scores[3]"``; empty where nothing does."""
    if isinstance(value, dict):
        inside = [
            _not_json(item, f"{where}.{key}" if where else str(key))
            if isinstance(key, str)
            else f"{where}.{key!r}"
            for key, item in value.items()
        ]
        return next(filter(None, inside), "")
    if isinstance(value, list | tuple):
        inside = [_not_json(item, f"{where}[{number}]") for number, item in enumerate(value)]
        return next(filter(None, inside), "")
    right = (
        value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    )
    return "" if right else where
