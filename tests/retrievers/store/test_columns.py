"""Tests of excerpt.retrievers.store.columns."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.errors import InputError, StoreError
from excerpt.retrievers.store.columns import ROWS, ColumnTable, ColumnWriter, Form, form_of


def signals(count: int) -> dict[str, np.ndarray]:
    """Columns of several types and lengths, all different for each count."""
    return {
        "states": np.arange(6 * count, dtype=np.int8).reshape(-1, 3),
        "start": np.arange(count, dtype=np.int32),
        "mean": np.full((1, 4), count, dtype=np.float32),
    }


def read_all(path: Path) -> str | None:
    """Read 40 rows; the message where they are refused."""
    try:
        table = ColumnTable(path, 40)
        for row in range(40):
            table.row(row)
    except StoreError as error:
        return str(error)
    return None


def write(path: Path, rows: list[dict[str, np.ndarray]], step: int) -> None:
    """Write rows, so many at a time."""
    with ColumnWriter(path, form_of(rows[0])) as writer:
        for start in range(0, len(rows), step):
            writer.append(rows[start : start + step])


@settings(max_examples=20, deadline=None)
@given(counts=st.lists(st.integers(0, 9), min_size=1, max_size=600))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, counts: list[int]) -> None:
    """Every array comes back with its type and shape, empty ones included."""
    path = tmp_path_factory.mktemp("columns") / "a.arrow"
    rows = [signals(count) for count in counts]
    write(path, rows, 7)
    table = ColumnTable(path, len(rows))
    for place, row in enumerate(rows):
        found = table.row(place)
        assert {name: array.dtype for name, array in found.items()} == {n: a.dtype for n, a in row.items()}
        assert all(np.array_equal(found[name], array) for name, array in row.items())


def test_the_file_does_not_depend_on_how_it_was_fed(tmp_path: Path) -> None:
    """Record batches have a fixed number of rows."""
    rows = [signals(number % 5) for number in range(2 * ROWS + 3)]
    write(tmp_path / "a", rows, 1)
    write(tmp_path / "b", rows, 300)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_columns_of_another_form_are_refused(tmp_path: Path) -> None:
    """A source whose signals change type is wrong."""
    writer = ColumnWriter(tmp_path / "a", {"start": Form("<i4", 0)})
    with writer, pytest.raises(InputError, match="must be alike"):
        writer.append([{"start": np.zeros(1, dtype=np.int64)}])


def test_more_than_two_dimensions_are_refused() -> None:
    """The message has the shape."""
    with pytest.raises(InputError, match=r"\(1, 2, 3\)"):
        form_of({"x": np.zeros((1, 2, 3))})


def test_another_number_of_rows_is_refused(tmp_path: Path) -> None:
    """A file of another index does not pass for this one's."""
    write(tmp_path / "a", [signals(1)] * 5, 5)
    with pytest.raises(StoreError, match="does not hold the signals of 600"):
        ColumnTable(tmp_path / "a", 600)
    with pytest.raises(StoreError, match="has 5 rows"):
        ColumnTable(tmp_path / "a", 6).row(0)


def test_damage_never_crashes(tmp_path: Path) -> None:
    """A flipped byte anywhere gives other numbers or a StoreError that names the file."""
    path = tmp_path / "a.arrow"
    write(path, [signals(number % 4) for number in range(40)], 40)
    whole = path.read_bytes()
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        refused = read_all(path)
        assert refused is None or "a.arrow" in refused
