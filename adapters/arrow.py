"""Arrow record batches in, record batches out: what Parquet, Hugging Face datasets, Ray and Spark have in common.

A batch has the columns of a record (docs/reference/formats.md): ``question`` or ``query``; ``passages``, a list of
strings or of structs with ``text``, ``page_content`` or ``content`` and, where there are, ``id``, ``title`` and others;
where there is one, ``id``; and any others, which are carried through. What comes back has a row for each row, in
order, without ``passages``, and with these columns:

==============  =================================  =====================================================
``text``        string                             what goes to the reader; null where the record failed
``spans``       list<list<struct<start, end>>>     for each passage the characters of it that were kept
``tokens_in``   int64                              tokens of the whole input
``tokens_out``  int64                              tokens of ``text``
``warnings``    list<string>                       what the caller should know
``error``       string                             why the record failed; null where it did not
==============  =================================  =====================================================

No row raises: whatever is wrong with one stands in its ``error``. What compresses can be pickled, because it holds
names; the chain is loaded once in each process.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from excerpt.errors import InputError
from excerpt.files.batch import Outcome, compress_row
from excerpt.files.job import Job, prepare, tools
from excerpt.imports.extras import require

__all__ = [
    "ADDED",
    "PASSAGES",
    "BatchCompressor",
    "added_columns",
    "check_schema",
    "output_schema",
    "rows_of",
]

pa: Any = require("pyarrow", extra="index", purpose="Arrow record batches")

_SPANS = pa.list_(pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())])))

ADDED = pa.schema(
    [
        ("text", pa.string()),
        ("spans", _SPANS),
        ("tokens_in", pa.int64()),
        ("tokens_out", pa.int64()),
        ("warnings", pa.list_(pa.string())),
        ("error", pa.string()),
    ]
)
"""The columns that are added."""

_NO_TEXT = "record: a string of it is not UTF-8"

PASSAGES = "passages"
"""The column that is read and not written: the spans refer to it, and it is most of the input."""


@dataclass(frozen=True, slots=True)
class BatchCompressor:
    """Compresses record batches; can be sent to another process.

    Called with an iterator of batches it gives an iterator of batches, which is what Spark's ``mapInArrow`` asks for.

    Args:
        job: What to do with each row; `Job.of` makes one of a budget and a chain.
    """

    job: Job

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Batches for batches, in order."""
        prepare(self.job)
        for batch in batches:
            yield self.batch(batch)

    def batch(self, batch: Any, first: int = 1) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Compress one ``pyarrow.RecordBatch``.

        Args:
            batch: Its rows.
            first: Number of its first row, from 1: the id of rows that have none, in errors.

        Raises:
            InputError: A column is missing.
            ConfigError: The chain is wrong.
        """
        return self.filled(batch, self.outcomes(batch, first))

    def table(self, table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Compress a ``pyarrow.Table``; errors as for `batch`."""
        batches = [self.batch(batch) for batch in table.to_batches()]
        check_schema(table.schema)
        return pa.Table.from_batches(batches, schema=output_schema(table.schema))

    def outcomes(self, batch: Any, first: int = 1) -> list[Outcome]:  # noqa: ANN401 - pyarrow has no types
        """What becomes of each row; arguments and errors as for `batch`."""
        check_schema(batch.schema)
        # A calibrated budget reads one more key of a record; the rest is only carried.
        wanted = [name for name in batch.schema.names if name in {"id", "question", "query", PASSAGES}]
        group = self._group_key()
        if group in batch.schema.names and group not in wanted:
            wanted.append(group)
        asked = batch.select(wanted)
        return [
            compress_row(self.job, row, first + place) if isinstance(row, dict) else Outcome(None, error=row)
            for place, row in enumerate(rows_of(asked))
        ]

    def filled(self, batch: Any, outcomes: Sequence[Outcome]) -> Any:  # noqa: ANN401 - pyarrow has no types
        """The columns of a batch that are carried, and those that are added.

        Args:
            batch: The batch.
            outcomes: What became of each of its rows.
        """
        schema = output_schema(batch.schema)
        added = added_columns(outcomes)
        columns = [added[name] if name in added else batch.column(name) for name in schema.names]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def _group_key(self) -> str:
        _, budget = tools(self.job)
        return "" if budget is None or budget.policy is None else budget.policy.group_by


def check_schema(schema: Any, where: str = "") -> None:  # noqa: ANN401 - pyarrow has no types
    """See that a table has what every record needs.

    Args:
        schema: Its schema.
        where: Named in the message, such as the file.

    Raises:
        InputError: A column is missing, or ``passages`` is no list.
    """
    before = f"{where}: " if where else ""
    names = schema.names
    there = ", ".join(names) or "none"
    if "question" not in names and "query" not in names:
        message = f"{before}question: no such column; there are {there}; rename the one with the questions"
        raise InputError(message)
    if PASSAGES not in names:
        message = (
            f"{before}passages: no such column; there are {there}; a list of texts or of structs is wanted"
        )
        raise InputError(message)
    kind = schema.field(PASSAGES).type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        message = f"{before}passages: is {kind}; a list of texts or of structs with 'text' is wanted"
        raise InputError(message)


def output_schema(schema: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The schema of what comes back.

    Args:
        schema: Of what goes in.
    """
    carried = [field for field in schema if field.name != PASSAGES and field.name not in ADDED.names]
    return pa.schema([*carried, *ADDED])


def added_columns(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The columns of `ADDED`, by name; a row for each outcome."""
    results = [outcome.result for outcome in outcomes]
    values: dict[str, list[Any]] = {
        "text": [None if result is None else result.text for result in results],
        "spans": [
            None
            if result is None
            else [[{"start": span.start, "end": span.end} for span in kept.spans] for kept in result.passages]
            for result in results
        ],
        "tokens_in": [None if result is None else result.tokens_in for result in results],
        "tokens_out": [None if result is None else result.tokens_out for result in results],
        "warnings": [None if result is None else list(result.report.warnings) for result in results],
        "error": [outcome.error or None for outcome in outcomes],
    }
    return {field.name: pa.array(values[field.name], field.type) for field in ADDED}


def rows_of(batch: Any) -> Iterator[dict[str, Any] | str]:  # noqa: ANN401 - pyarrow has no types
    """The rows of a batch as records; why, for a row whose bytes are no text.

    What a struct of passages has not is left out of it, where Arrow has nulls.
    """
    try:
        rows = batch.to_pylist()
    except UnicodeDecodeError:
        for place in range(batch.num_rows):
            yield from rows_of(batch.slice(place, 1)) if batch.num_rows > 1 else [_NO_TEXT]
        return
    for row in rows:
        passages = row.get(PASSAGES)
        if isinstance(passages, list):
            row[PASSAGES] = [_without_nulls(passage) for passage in passages]
        yield row


def _without_nulls(passage: object) -> object:
    if not isinstance(passage, Mapping):
        return passage
    return {key: value for key, value in passage.items() if value is not None}
