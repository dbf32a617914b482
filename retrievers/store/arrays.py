"""Arrays in .npy files: written row by row, read by memory-mapping, never unpickled."""

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from excerpt.errors import StoreError

__all__ = ["RowWriter", "map_array", "save_array"]


class RowWriter:
    """Writes a two-dimensional .npy file of unknown length.

    Args:
        path: The file to make.
        width: Columns.
        dtype: Type of the elements.
    """

    def __init__(self, path: Path, width: int, dtype: DTypeLike) -> None:
        self.rows = 0
        self._width = width
        self._dtype = np.dtype(dtype)
        self._file = path.open("w+b")
        self._header()
        self._begin = self._file.tell()

    def append(self, rows: NDArray[Any]) -> None:
        """Add rows, ``(n, width)``, converted to the type of the file."""
        if rows.shape[1:] != (self._width,):
            message = f"{self._file.name}: rows of shape {rows.shape} do not fit a width of {self._width}"
            raise ValueError(message)
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())
        self.rows += len(rows)

    def read(self, row: int) -> NDArray[Any]:
        """A row that was written before, ``(width,)``."""
        self._file.flush()
        size = self._width * self._dtype.itemsize
        return np.frombuffer(os.pread(self._file.fileno(), size, self._begin + row * size), self._dtype)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._file.seek(0)
            self._header()
        self._file.close()

    def _header(self) -> None:
        # numpy pads the header so that the row count can grow in place.
        described = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.rows, self._width),
        }
        np.lib.format.write_array_header_1_0(self._file, described)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write a whole array."""
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)


def map_array(path: Path, dtype: DTypeLike, shape: tuple[int | None, ...]) -> NDArray[Any]:
    """Memory-map a .npy file after checking what its header says.

    Args:
        path: The file.
        dtype: The element type it must have.
        shape: The shape it must have; None for a length that may be any.

    Raises:
        StoreError: It is not a .npy file, or not of that type and shape.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        empty = _empty(path, dtype)
        if empty is None:
            message = f"{path}: is not a readable .npy array ({error}); rebuild the index"
            raise StoreError(message) from error
        array = empty
    fits = len(array.shape) == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if array.dtype != np.dtype(dtype) or not fits or not array.flags.c_contiguous:
        message = (
            f"{path}: holds {array.dtype} {array.shape}, the manifest needs {np.dtype(dtype)} {shape}; "
            "it belongs to another index; rebuild the index"
        )
        raise StoreError(message)
    return np.asarray(array)


def _empty(path: Path, dtype: DTypeLike) -> NDArray[Any] | None:
    """An array without elements, which cannot be mapped; None where the file is not one."""
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError):
        return None
    return (
        array
        if isinstance(array, np.ndarray) and array.size == 0 and array.dtype == np.dtype(dtype)
        else None
    )
