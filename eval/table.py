"""The outcome of an evaluation: a cell for each chain and ratio, as rows, as CSV, or compared in pairs."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.metrics.scores import METRICS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Cell", "Row", "Table", "merged_rows", "stage_medians", "write_rows"]


@dataclass(slots=True)
class Cell:
    """What one chain did at one ratio.

    Args:
        scores: For each question an array in the order of ``METRICS``.
        milliseconds: For each question what the compression took; NaN where it failed.
        tokens: For each question that did not fail the tokens of the whole context and of what was left.
        stages: For each stage what it took, question by question; questions that it did not see are left out.
        errors: What failed, with the question's id.
        breaches: What must always hold and did not, with the question's id.
    """

    scores: list[NDArray[np.float64]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    tokens: list[tuple[int, int]] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    def column(self, metric: str) -> NDArray[np.float64]:
        """One metric over the questions, ``(questions,)``."""
        return np.array([of_one[METRICS.index(metric)] for of_one in self.scores])

    def latency(self) -> dict[str, float]:
        """Median milliseconds of each stage, in the order they ran, and ``"other"``: counting and rendering."""
        return stage_medians([self])

    @property
    def median_milliseconds(self) -> float:
        """Of a whole compression; NaN where none came to an end."""
        return _median(self.milliseconds)


def stage_medians(cells: Sequence[Cell]) -> dict[str, float]:
    """As `Cell.latency`, over the questions of several cells of one chain."""
    stages: dict[str, list[float]] = {}
    for cell in cells:
        for name, taken in cell.stages.items():
            stages.setdefault(name, []).extend(taken)
    medians = {name: _median(taken) for name, taken in stages.items()}
    rest = _median([one for cell in cells for one in cell.milliseconds]) - sum(medians.values())
    return {**medians, "other": rest if rest > 0 else 0.0}  # also where nothing came to an end


def _median(values: Sequence[float]) -> float:
    done = [value for value in values if not np.isnan(value)]
    return float(np.median(done)) if done else float("nan")


@dataclass(frozen=True, slots=True)
class Row:
    """One chain at one ratio.

    Args:
        chain: Its name.
        ratio: The kept ratio that was asked for.
        tokenizer: What counted.
        questions: How many there were.
        errors: On how many it failed.
        breaches: How many times something that always holds did not.
        estimates: The mean of each metric with its interval.
        milliseconds: The median compression took so long.
    """

    chain: str
    ratio: float
    tokenizer: str
    questions: int
    errors: int
    breaches: int
    estimates: Mapping[str, Estimate]
    milliseconds: float = float("nan")

    def to_dict(self) -> dict[str, str]:
        """As CSV goes: for each metric its value, both ends of the interval, and its number of questions."""
        row = {
            "chain": self.chain,
            "ratio": f"{self.ratio:g}",
            "tokenizer": self.tokenizer,
            "questions": str(self.questions),
            "errors": str(self.errors),
            "breaches": str(self.breaches),
        }
        for name, estimate in self.estimates.items():
            row[name] = _shown(estimate.value)
            row[f"{name}_low"] = _shown(estimate.low)
            row[f"{name}_high"] = _shown(estimate.high)
            row[f"{name}_questions"] = str(estimate.questions)
        return row | {"milliseconds": _shown(self.milliseconds)}


def _shown(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"


@dataclass(frozen=True)
class Table:
    """An evaluation.

    Args:
        tokenizer: What counted.
        cells: By chain and ratio; their questions are the same, in the same order.
        seed: For the confidence intervals.
        reader: Who answered; empty where nobody did.
    """

    tokenizer: str
    cells: Mapping[tuple[str, float], Cell]
    seed: int = 0
    reader: str = ""

    @property
    def chains(self) -> list[str]:
        """The chains, in the caller's order."""
        return list(dict.fromkeys(chain for chain, _ in self.cells))

    @property
    def ratios(self) -> list[float]:
        """The kept ratios that were asked for, ascending."""
        return sorted({ratio for _, ratio in self.cells})

    def rows(self) -> list[Row]:
        """One row for each chain and ratio, ratio by ratio."""
        return list(self._rows)

    @cached_property
    def _rows(self) -> list[Row]:
        # Thousands of resamples for each number, and everything that shows a table asks for its rows.
        keys = sorted(self.cells, key=lambda key: key[1])  # stable: chains stay in the caller's order
        return [self._row(*key) for key in keys]

    def _row(self, chain: str, ratio: float) -> Row:
        cell = self.cells[chain, ratio]
        estimates = {name: mean(cell.column(name), seed=self.seed) for name in METRICS}
        counts = (len(cell.scores), len(cell.errors), len(cell.breaches))
        return Row(chain, ratio, self.tokenizer, *counts, estimates, cell.median_milliseconds)

    def compare(self, left: str, right: str, ratio: float, metric: str = "evidence_recall") -> Estimate:
        """How much better ``left`` is than ``right``, paired by question; `Estimate.verdict` puts it in words.

        Raises:
            InputError: There is no such chain, ratio or metric in the table.
        """
        for name in (left, right):
            if (name, ratio) not in self.cells or metric not in METRICS:
                message = f"compare: the table has no {metric!r} of {name!r} at {ratio:g}"
                raise InputError(message)
        columns = [self.cells[name, ratio].column(metric) for name in (left, right)]
        return difference(*columns, seed=self.seed)

    def frontier(self, metric: str = "evidence_recall") -> "Figure":
        """The metric against the share of tokens that was kept, a line for each chain.

        Raises:
            MissingExtraError: The extra ``plots`` is not installed.
        """
        from excerpt.eval.report.plots import frontier  # noqa: PLC0415 - only who plots pays for it

        return frontier(self, metric)

    def latencies(self, ratio: float | None = None) -> "Figure":
        """What each chain took, stage by stage; at the smallest ratio where none is given.

        Raises:
            MissingExtraError: The extra ``plots`` is not installed.
        """
        from excerpt.eval.report.plots import latencies  # noqa: PLC0415 - only who plots pays for it

        return latencies(self, self.ratios[0] if ratio is None else ratio)

    def _repr_markdown_(self) -> str:
        """What a notebook shows."""
        from excerpt.eval.report.markdown import table_of  # noqa: PLC0415 - it is a command, too

        return table_of(self)

    def to_csv(self, path: str | Path) -> None:
        """Write all rows; the file is replaced as a whole."""
        write_rows(path, [row.to_dict() for row in self.rows()])


def write_rows(path: str | Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a CSV file whose columns are the keys of all rows; the file is replaced as a whole.

    Raises:
        InputError: The file cannot be written.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    target = Path(path)
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        draft.replace(target)
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror or error})"
        raise InputError(message) from error


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
