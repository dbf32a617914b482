"""Tests of excerpt.retrievers.store.arrays."""

from pathlib import Path

import numpy as np
import pytest

from excerpt.errors import StoreError
from excerpt.retrievers.store.arrays import RowWriter, map_array, save_array


def test_rows_written_in_pieces_are_one_array(tmp_path: Path) -> None:
    """The file is the one that numpy writes for the whole."""
    rows = np.arange(21, dtype=np.float32).reshape(7, 3)
    with RowWriter(tmp_path / "a.npy", 3, np.float32) as writer:
        writer.append(rows[:2])
        writer.append(rows[2:])
    assert np.load(tmp_path / "a.npy").tolist() == rows.tolist()
    np.save(tmp_path / "whole.npy", rows)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()


def test_a_mapped_array_is_not_read_into_memory(tmp_path: Path) -> None:
    """The array is a view of the file."""
    save_array(tmp_path / "a.npy", np.arange(5))
    mapped = map_array(tmp_path / "a.npy", np.int64, (5,))
    assert isinstance(mapped.base, np.memmap)


def test_an_array_without_elements_is_read(tmp_path: Path) -> None:
    """An empty file of posting lists is no error."""
    save_array(tmp_path / "a.npy", np.zeros(0, np.int32))
    assert map_array(tmp_path / "a.npy", np.int32, (None,)).tolist() == []


@pytest.mark.parametrize(("dtype", "shape"), [(np.float64, (4,)), (np.int64, (5,)), (np.int64, (4, 1))])
def test_another_type_or_shape_is_refused(tmp_path: Path, dtype: type, shape: tuple[int, ...]) -> None:
    """An array of another index is named as such."""
    save_array(tmp_path / "a.npy", np.arange(4))
    with pytest.raises(StoreError, match=r"a\.npy: holds int64 \(4,\)"):
        map_array(tmp_path / "a.npy", dtype, shape)


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    """A file that would have to be unpickled is never loaded."""
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(StoreError, match="not a readable"):
        map_array(tmp_path / "a.npy", np.int64, (None,))


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    """A writer does not accept what would shift all later rows."""
    with (
        RowWriter(tmp_path / "a.npy", 3, np.float32) as writer,
        pytest.raises(ValueError, match="width of 3"),
    ):
        writer.append(np.zeros((2, 4)))
