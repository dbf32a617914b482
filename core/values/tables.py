"""Rows of tables: a data frame's own iteration gives its columns."""

import math
from collections.abc import Iterable, Iterator
from numbers import Real
from typing import Any

__all__ = ["is_missing", "rows_of"]

_MISSING = {"NAType", "NaTType"}
"""What pandas calls the classes of its missing values."""


def is_missing(value: object) -> bool:
    """Whether a cell is empty: None, NaN, or pandas' ``NA`` and ``NaT``."""
    if value is None or type(value).__name__ in _MISSING:
        return True
    return isinstance(value, Real) and math.isnan(value)


def rows_of(values: Iterable[Any]) -> Iterable[Any]:
    """The rows of a data frame (pandas, Polars) or an Arrow table as mappings; anything else as it is.

    Args:
        values: Known by its methods; none of the packages is imported. Empty cells are left out of their rows.
    """
    table: Any = values
    if hasattr(table, "itertuples") and hasattr(table, "columns"):
        return _rows(list(map(str, table.columns)), table.itertuples(index=False, name=None))
    if hasattr(table, "iter_rows") and hasattr(table, "columns"):
        return _rows(list(table.columns), table.iter_rows())
    if hasattr(table, "to_batches") and hasattr(table, "column_names"):
        return _arrow_rows(table)
    return values


def _rows(names: list[str], rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for cells in rows:
        yield {name: cell for name, cell in zip(names, cells, strict=True) if not is_missing(cell)}


def _arrow_rows(table: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - pyarrow is not imported here
    for batch in table.to_batches():
        yield from _rows(
            list(table.column_names), zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
