"""What a worker of the batch command does where Parquet is read or written."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Literal, TypeAlias

from excerpt.adapters.arrow import ADDED, BatchCompressor, added_columns
from excerpt.errors import InputError
from excerpt.files.batch import DIED, Done, Hand, Outcome, compress_line, lost_line, reason, split_lines
from excerpt.files.job import Job
from excerpt.files.jsonl import dump
from excerpt.imports.extras import require

__all__ = [
    "LINE_SCHEMA",
    "BatchWork",
    "Form",
    "LineToArrowWork",
    "json_value",
    "read_frames",
    "to_stream",
]

pa: Any = require("pyarrow", extra="index", purpose="Arrow record batches")

Form: TypeAlias = Literal["jsonl", "parquet"]

_LENGTH = struct.Struct("<Q")

LINE_SCHEMA = pa.schema([("id", pa.string()), ("question", pa.string()), *ADDED, ("rest", pa.string())])
"""What JSON lines become in Parquet: ``rest`` is JSON, all other keys of the record; null where there are none."""


def to_stream(batch: Any) -> bytes:  # noqa: ANN401 - pyarrow has no types
    """A record batch as an Arrow stream of its own."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def from_stream(stream: bytes) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The record batch of a stream."""
    return pa.ipc.open_stream(pa.py_buffer(stream)).read_next_batch()


def to_frame(batch: Any) -> bytes:  # noqa: ANN401 - pyarrow has no types
    """A record batch as a stream with its length before it."""
    stream = to_stream(batch)
    return _LENGTH.pack(len(stream)) + stream


def read_frames(file: IO[bytes]) -> Iterator[Any]:
    """The record batches of frames that stand one after the other."""
    while length := file.read(_LENGTH.size):
        yield from_stream(file.read(*_LENGTH.unpack(length)))


@dataclass(frozen=True, slots=True)
class BatchWork:
    """Record batches in, record batches or JSON lines out.

    Args:
        job: What to do with each row.
        form: What to write.
    """

    job: Job
    form: Form = "parquet"

    def do(self, hand: Hand) -> Done:
        """Compress the rows of a batch."""
        batch = from_stream(hand.data[0])
        compressor = BatchCompressor(self.job)
        return self._done(compressor, batch, compressor.outcomes(batch, hand.first), hand.first)

    def split(self, hand: Hand) -> list[Hand]:
        """Each row alone."""
        batch = from_stream(hand.data[0])
        return [
            Hand(hand.first + place, (to_stream(batch.slice(place, 1)),), hand.file)
            for place in range(batch.num_rows)
        ]

    def lost(self, hand: Hand) -> Done:
        """A row with an error."""
        batch = from_stream(hand.data[0])
        name = batch.column("id")[0].as_py() if "id" in batch.schema.names else hand.first
        return self._done(BatchCompressor(self.job), batch, [Outcome(name, error=DIED)], hand.first)

    def _done(self, compressor: BatchCompressor, batch: Any, outcomes: Sequence[Outcome], first: int) -> Done:  # noqa: ANN401 - pyarrow has no types
        numbered = list(enumerate(outcomes, start=first))
        if self.form == "parquet":
            counts = Done.joined(Done.of(outcome, number, place="row") for number, outcome in numbered)
            return counts._replace(rows=to_frame(compressor.filled(batch, outcomes)))
        carried = [name for name in batch.schema.names if name not in {"id", "question", "query", "passages"}]
        rest = batch.select(carried).to_pylist()
        return Done.joined(
            _json_line(outcome, number, keys) for (number, outcome), keys in zip(numbered, rest, strict=True)
        )


def _json_line(outcome: Outcome, number: int, rest: Mapping[str, Any]) -> Done:
    if outcome.record is None or outcome.result is None:
        return Done.of(outcome, number, place="row")
    row = {"id": outcome.id, **outcome.result.to_dict()}
    row |= {key: json_value(value) for key, value in rest.items() if key not in row}
    try:
        return Done.of(outcome, number, dump(row))
    except InputError as error:
        return Done.of(Outcome(outcome.id, error=reason(error)), number, place="row")


def json_value(value: object) -> object:
    """A value of a column as JSON has it: times in ISO 8601, decimal numbers in digits."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True, slots=True)
class LineToArrowWork:
    """JSON lines in, record batches of `LINE_SCHEMA` out.

    Args:
        job: What to do with each.
    """

    job: Job

    def do(self, hand: Hand) -> Done:
        """Compress the records of some lines."""
        known = [
            (number, outcome)
            for number, line in enumerate(hand.data, start=hand.first)
            if (outcome := compress_line(self.job, line, number)) is not None
        ]
        return self._done(known)._replace(records=len(hand.data))

    def split(self, hand: Hand) -> list[Hand]:
        """Each line alone."""
        return split_lines(hand)

    def lost(self, hand: Hand) -> Done:
        """A row with an error."""
        return self._done([(hand.first, lost_line(hand))])

    def _done(self, numbered: Sequence[tuple[int, Outcome]]) -> Done:
        rest = []
        checked = []
        for number, outcome in numbered:
            carried, known = None, outcome
            try:
                if outcome.record is not None and outcome.record.rest:
                    carried = dump(outcome.record.rest).decode().rstrip()
            except InputError as error:
                known = Outcome(outcome.id, error=reason(error))
            rest.append(carried)
            checked.append((number, known))
        if not checked:
            return Done()
        outcomes = [outcome for _, outcome in checked]
        columns = {
            "id": pa.array([None if item.id is None else str(item.id) for item in outcomes], pa.string()),
            "question": pa.array(
                [None if item.record is None else item.record.query for item in outcomes], pa.string()
            ),
            **added_columns(outcomes),
            "rest": pa.array(rest, pa.string()),
        }
        batch = pa.RecordBatch.from_arrays([columns[name] for name in LINE_SCHEMA.names], schema=LINE_SCHEMA)
        return Done.joined(Done.of(outcome, number) for number, outcome in checked)._replace(
            rows=to_frame(batch)
        )
