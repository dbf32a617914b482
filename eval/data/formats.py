"""Question sets as their authors publish them, read as rows of the JSONL input form.

==================  ==========================================================================
``hotpotqa``        JSON objects with ``context`` and ``supporting_facts`` (also 2WikiMultihopQA)
``longbench``       JSON lines with ``input``, ``context`` and ``all_classes``
``meetingbank``     JSON objects with ``prompt`` and ``QA_pairs`` (MeetingBank QA, Pan et al. 2024)
``musique``         JSON lines with ``paragraphs`` and ``is_supporting``
``nq-multidoc``     JSON lines with ``ctxs`` (NQ-open with 10 to 30 documents, Liu et al. 2023)
``qmsum``           a JSON object, or JSON lines, with ``meeting_transcripts``
``squad``           a JSON object with ``data`` and ``paragraphs`` (1.1 and 2.0)
``squad-rows``      SQuAD as the Hugging Face hub has it: ``context``, ``question``, ``answers``
``excerpt``          our own JSONL, unchanged
==================  ==========================================================================

Files are read from a path; what the package ``datasets`` loads, from ``datasets:NAME[:CONFIG]:SPLIT``.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from excerpt.errors import InputError
from excerpt.eval.data.published import Row, hotpotqa, musique, nq_multidoc, squad, squad_rows
from excerpt.eval.data.published_long import longbench, meetingbank, qmsum
from excerpt.files.jsonl import read_jsonl
from excerpt.imports.extras import require

__all__ = ["FORMATS", "detect", "read_questions"]

_HUB = "datasets:"


def excerpt(row: Mapping[str, Any]) -> Iterator[Row]:
    """Our own form."""
    yield dict(row)


FORMATS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Row]]] = {
    "hotpotqa": hotpotqa,
    "longbench": longbench,
    "meetingbank": meetingbank,
    "musique": musique,
    "nq-multidoc": nq_multidoc,
    "qmsum": qmsum,
    "squad": squad,
    "squad-rows": squad_rows,
    "excerpt": excerpt,
}
"""Each takes one object of the file and gives its questions."""

_MARKS = {
    "supporting_facts": "hotpotqa",
    "meeting_transcripts": "qmsum",
    "QA_pairs": "meetingbank",
    "paragraphs": "musique",
    "ctxs": "nq-multidoc",
    "passages": "excerpt",
    "all_classes": "longbench",
    "context": "squad-rows",
}


def detect(first: Mapping[str, Any]) -> str:
    """The format of a file, from its first object.

    Raises:
        InputError: None of the known ones.
    """
    if isinstance(first.get("paragraphs"), list) and "question" not in first:
        return "squad"
    for key, name in _MARKS.items():
        if key in first:
            return name
    message = f"the format is not one of {', '.join(FORMATS)}; its first object has the keys {sorted(first)}"
    raise InputError(message)


def read_questions(path: str | Path, form: str | None = None) -> Iterator[Row]:
    """The questions of a file in our form.

    Args:
        path: ``.json``, ``.jsonl``, either with ``.gz``, ``-`` for JSON lines on standard input, or
            ``datasets:NAME[:CONFIG]:SPLIT`` for a set that the package datasets loads.
        form: One of ``FORMATS``; None to tell by the first object.

    Raises:
        InputError: The file cannot be read, or an object in it is not of the format; the message has its number.
    """
    if form is not None and form not in FORMATS:
        message = f"format: there is no {form!r}; there are {', '.join(FORMATS)}"
        raise InputError(message)
    for where, value in _objects(path):
        try:
            form = form or detect(value)
            yield from FORMATS[form](value)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            problem = f"has no {error}" if isinstance(error, KeyError) else str(error)
            message = (
                f"{where}: {problem}" if isinstance(error, InputError) else f"{where} as {form}: {problem}"
            )
            raise InputError(message) from error


def _objects(path: str | Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if str(path).startswith(_HUB):
        yield from _from_datasets(str(path))
        return
    plain = str(path).removesuffix(".gz")
    if not plain.endswith(".json"):
        for number, row in read_jsonl(path):
            yield f"{path}, line {number}", row
        return
    value = _json(Path(path))
    values = value.get("data", [value]) if isinstance(value, dict) else value
    if not isinstance(values, list):
        message = f"{path}: expected a JSON list, or an object with a list under 'data'"
        raise InputError(message)
    for number, one in enumerate(values, start=1):
        if not isinstance(one, dict):
            message = f"{path}, element {number}: expected an object, got {type(one).__name__}"
            raise InputError(message)
        yield f"{path}, element {number}", one


def _from_datasets(source: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of ``datasets:NAME[:CONFIG]:SPLIT``. The package runs no code of a data set."""
    parts = source.removeprefix(_HUB).split(":")
    if len(parts) not in (2, 3) or not all(parts):
        message = f"{source}: expected datasets:NAME:SPLIT or datasets:NAME:CONFIG:SPLIT"
        raise InputError(message)
    package = require("datasets", extra="train", purpose=f"loading {source}")
    try:
        rows = package.load_dataset(*parts[:-1], split=parts[-1])
    except Exception as error:  # the package raises whatever its many loaders raise
        message = f"{source}: the package datasets cannot load it ({type(error).__name__}: {error})"
        raise InputError(message) from error
    for number, row in enumerate(rows, start=1):
        yield f"{source}, row {number}", row


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    except (OSError, EOFError, ValueError) as error:
        message = f"{path}: cannot be read as JSON ({error})"
        raise InputError(message) from error
