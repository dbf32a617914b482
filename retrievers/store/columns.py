"""Stored signals as an Arrow file: one row a passage, one list a column; written streaming, read by memory-mapping."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, StoreError
from excerpt.imports.extras import require
from excerpt.parallel.forks import ForkLock
from excerpt.values.stored import Columns

__all__ = ["ColumnTable", "ColumnWriter", "Form", "form_of"]

pa: Any = require("pyarrow", extra="index", purpose="a passage index")

ROWS = 256
"""Rows of a record batch. Fixed, so that the bytes of the file do not depend on how it was fed."""

_WIDTHS = b"excerpt-widths"


class Form(NamedTuple):
    """What one column holds.

    Attributes:
        dtype: Type of its numbers, as ``numpy.dtype.str`` spells it.
        width: Numbers in a row of its arrays; 0 for arrays of one dimension.
    """

    dtype: str
    width: int


def form_of(columns: Columns) -> dict[str, Form]:
    """What the columns of a passage are like; the same for every passage of one source.

    Raises:
        InputError: An array has more than two dimensions, or no plain numbers.
    """
    forms = {}
    for name, array in columns.items():
        if array.ndim not in {1, 2}:
            message = (
                f"column {name!r}: arrays of one or two dimensions can be stored, got shape {array.shape}"
            )
            raise InputError(message)
        if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8 or not array.dtype.isnative:
            message = (
                f"column {name!r}: integers and floats of up to 64 bits can be stored, got {array.dtype}"
            )
            raise InputError(message)
        forms[name] = Form(array.dtype.str, array.shape[1] if array.ndim == 2 else 0)
    return forms


class ColumnWriter:
    """Writes columns of passages.

    Args:
        sink: The file to make, or a pyarrow output stream.
        forms: What the columns hold.
    """

    def __init__(self, sink: Path | Any, forms: Mapping[str, Form]) -> None:  # noqa: ANN401 - pyarrow has no types
        self.rows = 0
        self._forms = dict(sorted(forms.items()))
        self._expected = [(name, np.dtype(form.dtype), form.width) for name, form in self._forms.items()]
        self._waiting: list[Columns] = []
        fields = [
            pa.field(name, pa.large_list(pa.from_numpy_dtype(np.dtype(form.dtype))), nullable=False)
            for name, form in self._forms.items()
        ]
        widths = json.dumps({name: form.width for name, form in self._forms.items()}, separators=(",", ":"))
        self._schema = pa.schema(fields, metadata={_WIDTHS: widths.encode()})
        self._writer = pa.ipc.new_file(str(sink) if isinstance(sink, Path) else sink, self._schema)

    def append(self, rows: Sequence[Columns]) -> None:
        """Add the columns of some passages.

        Raises:
            InputError: They are not of the form of the others.
        """
        for row in rows:
            if not self._fits(row):
                message = f"signals: columns {form_of(row)} among columns {self._forms}; they must be alike"
                raise InputError(message)
        self._waiting.extend(rows)
        self.rows += len(rows)
        while len(self._waiting) >= ROWS:
            self._write(self._waiting[:ROWS])
            del self._waiting[:ROWS]

    def _fits(self, row: Columns) -> bool:
        """What ``form_of(row) == self._forms`` says, in a third of the time: it is asked for every passage."""
        return len(row) == len(self._forms) and all(
            (array := row.get(name)) is not None
            and array.dtype == dtype
            and (array.ndim == 2 and array.shape[1] == width if width else array.ndim == 1)
            for name, dtype, width in self._expected
        )

    @property
    def forms(self) -> dict[str, Form]:
        """What the columns hold."""
        return dict(self._forms)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._waiting:
            self._write(self._waiting)
        self._writer.close()

    def _write(self, rows: Sequence[Columns]) -> None:
        lists = []
        for name in self._forms:
            arrays = [row[name].reshape(-1) for row in rows]
            bounds = np.cumsum([0, *map(len, arrays)], dtype=np.int64)
            lists.append(pa.LargeListArray.from_arrays(_plain(bounds), _plain(np.concatenate(arrays))))
        self._writer.write_batch(pa.record_batch(lists, schema=self._schema))


def _plain(array: NDArray[Any]) -> Any:  # noqa: ANN401 - pyarrow has no types
    # Not by pa.array(): that imports pandas where it is installed, which takes half a second.
    kind = pa.from_numpy_dtype(array.dtype)
    return pa.Array.from_buffers(kind, len(array), [None, pa.py_buffer(np.ascontiguousarray(array))])


class _Column(NamedTuple):
    """One column of a batch: rows of its passage ``i`` are ``values[bounds[i]:bounds[i + 1]]``."""

    name: str
    bounds: list[int]
    values: NDArray[Any]


def _column(name: str, column: Any, width: int) -> _Column:  # noqa: ANN401 - pyarrow has no types
    # Not by to_numpy(): see `_plain`.
    bounds = np.frombuffer(column.offsets.buffers()[1], dtype=np.int64, count=len(column) + 1)
    inner = column.values
    dtype = np.dtype(inner.type.to_pandas_dtype())
    values = np.frombuffer(inner.buffers()[1] or b"", dtype=dtype, count=len(inner))
    if width:
        if (bounds % width).any() or len(values) % width:
            message = f"column {name!r} does not come in rows of {width}"
            raise ValueError(message)
        bounds, values = bounds // width, values.reshape(-1, width)
    return _Column(name, bounds.tolist(), values)


class ColumnTable:
    """Reads what `ColumnWriter` wrote; safe to use from several threads.

    Args:
        source: The file, or its bytes.
        rows: How many rows it must have.
        name: What error messages call it; the file by default.

    Raises:
        StoreError: It is not such a file, or has another number of rows.
    """

    def __init__(self, source: Path | bytes, rows: int, name: str = "") -> None:
        self._name = name or str(source)
        self._rows = rows
        self._lock = ForkLock()
        self._batches: dict[int, list[_Column]] = {}
        try:
            self._reader = pa.ipc.open_file(
                pa.memory_map(str(source)) if isinstance(source, Path) else pa.py_buffer(source)
            )
            widths = json.loads((self._reader.schema.metadata or {})[_WIDTHS])
            self._forms = {
                field.name: Form(
                    np.dtype(field.type.value_type.to_pandas_dtype()).str, int(widths[field.name])
                )
                for field in self._reader.schema
            }
        except (pa.ArrowException, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
            message = f"{self._name}: is not a readable file of stored signals ({error}); rebuild the index"
            raise StoreError(message) from error
        if self._reader.num_record_batches != -(-rows // ROWS):
            message = f"{self._name}: does not hold the signals of {rows} passages; rebuild the index"
            raise StoreError(message)

    def __len__(self) -> int:
        return self._rows

    @property
    def forms(self) -> dict[str, Form]:
        """What the columns hold."""
        return dict(self._forms)

    def row(self, row: int) -> dict[str, NDArray[Any]]:
        """The columns of one passage, ``0 <= row < len``: read-only views of the mapped file.

        Raises:
            StoreError: The file is corrupt.
        """
        place = row % ROWS
        batch = self._batches.get(row // ROWS) or self._batch(row // ROWS)
        return {name: values[bounds[place] : bounds[place + 1]] for name, bounds, values in batch}

    def _batch(self, index: int) -> list[_Column]:
        known = self._batches.get(index)
        if known is None:
            with self._lock:
                known = self._batches.setdefault(index, self._read(index))
        return known

    def _read(self, index: int) -> list[_Column]:
        try:
            batch = self._reader.get_batch(index)
            # Bounds that point outside the file would crash the process: never read unchecked.
            batch.validate(full=True)
            given = [
                _column(name, column, self._forms[name].width)
                for name, column in zip(self._forms, batch.columns, strict=True)
            ]
        except (pa.ArrowException, OSError, ValueError) as error:
            message = f"{self._name}: record batch {index} is corrupt ({error}); rebuild the index"
            raise StoreError(message) from error
        if batch.num_rows != min(ROWS, self._rows - index * ROWS):
            message = f"{self._name}: record batch {index} has {batch.num_rows} rows; rebuild the index"
            raise StoreError(message)
        return given
