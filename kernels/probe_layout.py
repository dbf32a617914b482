"""What an attention probe looks at: rows of queries, and segments of keys."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["MAX_SEGMENT", "ProbeLayout"]

MAX_SEGMENT = 64
"""Keys of a segment at most: one tile of the kernel."""


@dataclass(frozen=True, eq=False)
class ProbeLayout:
    """Which queries of a batch are probed, and the segments of keys they are probed against.

    Attributes:
        rows: Int32 ``(sequences, r)``: the probed queries of each sequence.
        table: Int32 ``(s, 3)``: sequence, first key, key after the last.
        queries: Queries that the query tensor must have at least.
        keys: Keys that the key tensor must have at least.
    """

    rows: Tensor
    table: Tensor
    queries: int
    keys: int

    @classmethod
    def of(
        cls, rows: NDArray[np.int64], table: NDArray[np.int64], device: torch.device | str = "cpu"
    ) -> "ProbeLayout":
        """Check rows and segments once, and put them where the keys are.

        Args:
            rows: ``(sequences, r)``, counted from the first query of the tensor row.
            table: ``(s, 3)``, counted from the first key of the tensor row. A segment may be empty.
            device: Where the keys are.

        Raises:
            ValueError: A shape is wrong, a number is negative, or a segment is backwards, too long or of a
                sequence that has no rows.
        """
        rows, table = np.asarray(rows, dtype=np.int64), np.asarray(table, dtype=np.int64)
        if rows.ndim != 2 or rows.size == 0 or table.ndim != 2 or table.shape[1] != 3 or len(table) == 0:
            message = f"rows must be (sequences, r) and the table (s, 3), not empty; got {rows.shape} and {table.shape}"
            raise ValueError(message)
        length = table[:, 2] - table[:, 1]
        wrong = (table.min(axis=1) < 0) | (length < 0) | (length > MAX_SEGMENT) | (table[:, 0] >= len(rows))
        if wrong.any() or rows.min() < 0:
            line = int(np.argmax(wrong))
            message = (
                f"segment {line} is {table[line].tolist()} and the lowest row {rows.min()}; needed are a sequence "
                f"under {len(rows)}, 0 <= start <= end <= start + {MAX_SEGMENT}, and rows from 0"
            )
            raise ValueError(message)
        placed = [torch.from_numpy(part.astype(np.int32)).to(device) for part in (rows, table)]
        return cls(placed[0], placed[1], int(rows.max()) + 1, int(table[:, 2].max()))
