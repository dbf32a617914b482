"""The outcome: on the screen, as rows for each release, and as a picture."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from excerpt.errors import InputError
from excerpt.eval.speed.turns import Ratio
from excerpt.eval.table import merged_rows, write_rows
from excerpt.imports.extras import require

__all__ = ["draw", "earlier", "keep_rows", "shown", "slower"]

_SLOWER = 1.10
_PURPOSE = "the picture of a benchmark"


def earlier(path: str | Path) -> dict[str, float]:
    """Values of an earlier run, by what was timed: of the last row of each.

    Raises:
        InputError: The file cannot be read, or holds no such rows.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            found = {row["what"]: float(row["value"]) for row in csv.DictReader(file)}
    except OSError as error:
        message = f"against: {path} cannot be read: {error.strerror}"
        raise InputError(message) from error
    except (KeyError, TypeError, ValueError) as error:
        message = f"against: {path} is no file of rows that `excerpt bench --rows` wrote: {error}"
        raise InputError(message) from error
    if not found:
        message = f"against: {path} holds no rows"
        raise InputError(message)
    return found


def slower(ratio: Ratio, before: Mapping[str, float]) -> float | None:
    """How many times as slow as before, by the ratios; None where there is none to compare with."""
    old = before.get(ratio.name)
    if not old or not ratio.value:
        return None
    return old / ratio.value if ratio.more_is_better else ratio.value / old


def shown(ratios: Sequence[Ratio], before: Mapping[str, float]) -> tuple[Table, list[str]]:
    """The table, and what is slower than before by a tenth or more."""
    table = Table(box=None)
    for name in ("what", "over", "ratio", "lowest", "highest", "ms", "rounds"):
        table.add_column(name, justify="left" if name in {"what", "over"} else "right")
    if before:
        table.add_column("times as slow as before", justify="right")
    worse = []
    for ratio in ratios:
        cells = [
            ratio.name, ratio.over, f"{ratio.value:.3g}", f"{ratio.low:.3g}", f"{ratio.high:.3g}",
            f"{ratio.milliseconds:.3g}", str(ratio.rounds),
        ]  # fmt: skip
        if before:
            change = slower(ratio, before)
            cells.append("" if change is None else f"{change:.2f}")
            if change is not None and change >= _SLOWER:
                worse.append(f"{ratio.name}: {change:.2f} times as slow as before")
        table.add_row(*cells)
    return table, worse


def keep_rows(path: str | Path, ratios: Sequence[Ratio], about: Mapping[str, str]) -> None:
    """Add rows to a CSV file; those of the same version, machine and data are replaced.

    Args:
        path: The file; need not be there.
        ratios: What was measured.
        about: More columns of each row.

    Raises:
        WriteError: The file cannot be written.
    """
    rows = [{**ratio.row(), **about} for ratio in ratios]
    write_rows(path, merged_rows(path, rows, ("what", "data", "versions", "hardware")))


def draw(path: str | Path, ratios: Sequence[Ratio]) -> None:
    """A bar for each ratio on one logarithmic scale, with the range over the rounds.

    Args:
        path: Ends in .svg, .png or .pdf.
        ratios: What was measured.

    Raises:
        MissingExtraError: The extra ``plots`` is not installed.
    """
    figure = require("matplotlib.figure", extra="plots", purpose=_PURPOSE).Figure(
        figsize=(9, 0.5 * len(ratios) + 1.2), layout="constrained"
    )
    axes = figure.add_subplot()
    for place, ratio in enumerate(reversed(ratios)):
        colour = "tab:green" if ratio.more_is_better else "tab:blue"
        around = [[ratio.value - ratio.low], [ratio.high - ratio.value]]
        axes.barh(place, ratio.value, xerr=around, color=colour, alpha=0.75, capsize=3)
        axes.annotate(
            f"{ratio.value:.3g}", (ratio.high, place), xytext=(6, 0), textcoords="offset points", va="center"
        )
    axes.set_yticks(
        range(len(ratios)), [f"{ratio.name}\nover {ratio.over}" for ratio in reversed(ratios)], fontsize=8
    )
    axes.set_xscale("log")
    axes.axvline(1, color="0.5", linewidth=0.8)
    axes.margins(x=0.15)
    axes.set_xlabel("ratio, median of the rounds; blue: less is better, green: more is better")
    figure.savefig(path)
