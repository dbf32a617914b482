"""The outcome of an evaluation: a table with a cell for each chain and ratio, as rows, as CSV, or compared in pairs."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from excerpt.cached import cached_property
from excerpt.errors import InputError
from excerpt.eval import plots
from excerpt.eval.cells import Cell, Row
from excerpt.eval.limits import Limit, shown
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.metrics.scores import METRICS
from excerpt.eval.row_table import rows_table
from excerpt.files.atomic import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Table", "merged_rows", "write_rows"]


@dataclass(frozen=True)
class Table:
    """An evaluation.

    Args:
        tokenizer: What counted.
        cells: By chain and limit; their questions are the same, in the same order.
        seed: For the confidence intervals.
        reader: Who answered, or told the likelihood of answers, or measured; empty where nobody did.
    """

    tokenizer: str
    cells: Mapping[tuple[str, Limit], Cell]
    seed: int = 0
    reader: str = ""

    @property
    def chains(self) -> list[str]:
        """The chains, in the caller's order."""
        return list(dict.fromkeys(chain for chain, _ in self.cells))

    @property
    def limits(self) -> list[Limit]:
        """What was asked for, ascending: kept ratios, then tokens."""
        return sorted({limit for _, limit in self.cells})

    def rows(self) -> list[Row]:
        """One row for each chain and limit, limit by limit."""
        return list(self._rows)

    @cached_property
    def _rows(self) -> list[Row]:
        # Thousands of resamples for each number, and everything that shows a table asks for its rows.
        keys = sorted(self.cells, key=lambda key: key[1])  # stable: chains stay in the caller's order
        return [self._row(*key) for key in keys]

    def _row(self, chain: str, limit: Limit) -> Row:
        cell = self.cells[chain, limit]
        estimates = {name: mean(cell.column(name), seed=self.seed) for name in METRICS}
        counts = (len(cell.scores), len(cell.errors), len(cell.breaches))
        return Row(chain, limit, self.tokenizer, *counts, estimates, cell.median_milliseconds)

    def compare(self, left: str, right: str, limit: Limit, metric: str = "evidence_recall") -> Estimate:
        """How much better ``left`` is than ``right``, paired by question; `Estimate.verdict` puts it in words.

        Raises:
            InputError: There is no such chain, limit or metric in the table.
        """
        for name in (left, right):
            if (name, limit) not in self.cells or metric not in METRICS:
                message = f"compare: the table has no {metric!r} of {name!r} at {shown(limit)}"
                raise InputError(message)
        columns = [self.cells[name, limit].column(metric) for name in (left, right)]
        return difference(*columns, seed=self.seed)

    def frontier(self, metric: str = "evidence_recall") -> "Figure":
        """The metric against the share of tokens that was kept, a line for each chain.

        Raises:
            MissingExtraError: The extra ``plots`` is not installed.
        """
        return plots.frontier(self._rows, metric)

    def latencies(self, limit: Limit | None = None) -> "Figure":
        """What each chain took, stage by stage; at the smallest limit where none is given.

        Raises:
            MissingExtraError: The extra ``plots`` is not installed.
        """
        at = self.limits[0] if limit is None else limit
        return plots.latencies({chain: self.cells[chain, at].latency() for chain in self.chains})

    def _repr_markdown_(self) -> str:
        """What a notebook shows."""
        return rows_table(self._rows)

    def to_csv(self, path: str | Path) -> None:
        """Write all rows; the file is replaced as a whole."""
        write_rows(path, [row.to_dict() for row in self.rows()])


def write_rows(path: str | Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a CSV file whose columns are the keys of all rows; the file is replaced as a whole.

    Raises:
        WriteError: The file cannot be written.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with replacing(path) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def merged_rows(
    path: str | Path, rows: Sequence[Mapping[str, str]], key: Sequence[str]
) -> list[Mapping[str, str]]:
    """The rows of a CSV file, those with the key of a new row replaced where they stand, and the rest of the new ones.

    Args:
        path: The file; need not be there.
        rows: New rows.
        key: Columns that tell rows apart.
    """
    old: list[Mapping[str, str]] = []
    if Path(path).is_file():
        with Path(path).open(newline="", encoding="utf-8") as file:
            old = list(csv.DictReader(file))
    return list({tuple(row.get(name, "") for name in key): row for row in [*old, *rows]}.values())
