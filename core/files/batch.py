"""Records compressed one by one: what a worker of the batch command does, whatever its files are."""

import errno
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from excerpt.errors import ConfigError, ExcerptError, InputError, MissingExtraError
from excerpt.files.job import Job, tools
from excerpt.files.jsonl import dump, parse_object
from excerpt.files.records import Record, record_id, to_record
from excerpt.values.compressed import Compressed
from excerpt.values.report import Promise

__all__ = [
    "DIED",
    "Done",
    "Hand",
    "LineWork",
    "Outcome",
    "Work",
    "compress_line",
    "compress_row",
    "line_hands",
    "lost_line",
    "reason",
    "split_lines",
]

DIED = (
    "the worker process died at this record, twice, the second time with nothing else to do (out of memory, or a crash "
    "of a library)"
)
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Outcome(NamedTuple):
    """What became of one record: a result, or the reason why there is none.

    Attributes:
        id: Its own, or its number; None where that could not be read.
        record: As it was read; None where it could not be.
        result: None where it failed.
        error: Why it failed; empty where it did not.
    """

    id: str | int | None
    record: Record | None = None
    result: Compressed | None = None
    error: str = ""


def compress_row(job: Job, row: Mapping[str, Any], number: int) -> Outcome:
    """Compress one record; whatever goes wrong with it is told, not raised.

    Args:
        job: What to do.
        row: Its keys and values, as in docs/reference/formats.md.
        number: Its place, from 1.

    Raises:
        ConfigError: The chain is wrong: no record's fault.
        MissingExtraError: A package is missing: the same.
    """
    name: str | int | None = None
    try:
        name = record_id(row, number)
        record = to_record(row, number)
        chain, budget = tools(job)
        mine = None if budget is None else budget.for_record(record.rest)
        return Outcome(name, record, chain.compress(record.query, record.passages, budget=mine))
    except BaseException as error:  # noqa: BLE001 - a tokenizer's panic is no Exception; `reason` raises what ends a run
        return Outcome(name, error=reason(error))


def reason(error: BaseException) -> str:
    """Why a record failed, in words that can be written as UTF-8.

    Args:
        error: What was raised.

    Raises:
        BaseException: The error itself, where it is no record's fault: Ctrl-C, a full disk, a wrong chain, a missing
            package.
    """
    full = isinstance(error, OSError) and error.errno in _FULL
    if full or isinstance(error, KeyboardInterrupt | GeneratorExit | ConfigError | MissingExtraError):
        raise error
    said = str(error) if isinstance(error, ExcerptError) else f"{type(error).__name__}: {error}"
    return said.encode("utf-8", "backslashreplace").decode()  # it may quote what is wrong


class Hand(NamedTuple):
    """Some records that are handed to a worker together.

    Attributes:
        first: Number of the first one in its file, from 1.
        data: The lines of a JSONL file; or one Arrow stream.
        file: Which of several files they are from.
    """

    first: int
    data: tuple[bytes, ...]
    file: int = 0


class Done(NamedTuple):
    """What became of the records of a hand.

    Attributes:
        records: How many there were, blank lines included.
        rows: What goes to the output, in order.
        errors: A JSON line for each record that failed.
        written: How many were compressed.
        failed: How many were not.
        warned: How many of the compressed ones have warnings.
        tokens_in: Of those that were compressed.
        tokens_out: The same.
        promises: What a calibrated budget promised of each.
    """

    records: int = 0
    rows: bytes = b""
    errors: bytes = b""
    written: int = 0
    failed: int = 0
    warned: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    promises: tuple[Promise, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable["Done"]) -> "Done":
        """Several, one after the other, as one."""
        some = list(parts)
        return cls(
            sum(part.records for part in some),
            b"".join(part.rows for part in some),
            b"".join(part.errors for part in some),
            sum(part.written for part in some),
            sum(part.failed for part in some),
            sum(part.warned for part in some),
            sum(part.tokens_in for part in some),
            sum(part.tokens_out for part in some),
            tuple(promise for part in some for promise in part.promises),
        )

    @classmethod
    def of(cls, outcome: Outcome, number: int, row: bytes = b"", *, place: str = "line") -> "Done":
        """Of one record.

        Args:
            outcome: What became of it.
            number: Its place, from 1.
            row: What is written of it; empty for nothing.
            place: What errors call the number.
        """
        result = outcome.result
        if result is None:
            error = dump({place: number, "id": outcome.id, "error": outcome.error})
            return cls(1, row, error, failed=1)
        promises = () if result.report.promise is None else (result.report.promise,)
        warned = int(bool(result.report.warnings))
        return cls(1, row, b"", 1, 0, warned, result.tokens_in, result.tokens_out, promises)


class Work(Protocol):
    """How hands are worked on; travels to worker processes."""

    def do(self, hand: Hand) -> Done:
        """Compress the records of a hand."""

    def split(self, hand: Hand) -> list[Hand]:
        """The same records, one in a hand."""

    def lost(self, hand: Hand) -> Done:
        """What to write of a hand of one record at which the worker died."""


@dataclass(frozen=True, slots=True)
class LineWork:
    """JSON lines in, JSON lines out.

    Args:
        job: What to do with each.
    """

    job: Job

    def do(self, hand: Hand) -> Done:
        """Compress the records of some lines."""
        numbered = enumerate(hand.data, start=hand.first)
        return Done.joined(self._line(line, number) for number, line in numbered)

    def split(self, hand: Hand) -> list[Hand]:
        """Each line alone."""
        return split_lines(hand)

    def lost(self, hand: Hand) -> Done:
        """An error."""
        return Done.of(lost_line(hand), hand.first)

    def _line(self, line: bytes, number: int) -> Done:
        outcome = compress_line(self.job, line, number)
        if outcome is None:
            return Done(1)
        if outcome.record is None or outcome.result is None:
            return Done.of(outcome, number)
        try:
            return Done.of(outcome, number, dump(outcome.record.output(outcome.result)))
        except InputError as error:
            return Done.of(Outcome(outcome.id, error=reason(error)), number)


def compress_line(job: Job, line: bytes, number: int) -> Outcome | None:
    """Compress the record of a JSON line; None where it is blank. Arguments and errors as for `compress_row`."""
    if not line.strip():
        return None
    try:
        row = parse_object(line, "record")
    except InputError as error:
        return Outcome(None, error=reason(error))
    return compress_row(job, row, number)


def split_lines(hand: Hand) -> list[Hand]:
    """Each line alone."""
    return [Hand(number, (line,), hand.file) for number, line in enumerate(hand.data, start=hand.first)]


def lost_line(hand: Hand) -> Outcome:
    """What became of one line at which the worker died."""
    try:
        name = record_id(parse_object(hand.data[0], "record"), hand.first)
    except InputError:
        name = None
    return Outcome(name, error=DIED)


def line_hands(lines: Iterable[bytes], size: int, *, first: int = 1) -> Iterator[Hand]:
    """Lines, some at a time.

    Args:
        lines: The lines.
        size: How many to a hand.
        first: Number of the first line.
    """
    waiting: list[bytes] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == size:
            yield Hand(first, tuple(waiting))
            first += size
            waiting = []
    if waiting:
        yield Hand(first, tuple(waiting))
