"""How a call grows with passages, with tokens and with cores: a picture of rows that other benchmarks wrote.

    python eval/benchmarks/scaling.py docs/results/scaling.svg

The rows are ``eval/results/large_inputs.csv`` (passages of two sentences; prose in one passage) and
``eval/results/every_core.csv``; their own commands make them again.
"""

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator, StrMethodFormatter

from excerpt.eval.pictures import check_picture

RESULTS = Path(__file__).parents[1] / "results"
CHAINS = {"fast": "C0", "default": "C1"}
BUDGET = 200
Rows = list[dict[str, str]]


def rows_of(name: str) -> Rows:
    """The rows of a benchmark."""
    with (RESULTS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sizes(axes: Any, rows: Rows, form: str, column: str, label: str) -> None:  # noqa: ANN401 - matplotlib's Axes
    """Processor seconds against a size, both in logarithms; grey lines grow as the size does."""
    for chain, colour in CHAINS.items():
        mine = [row for row in rows if (row["form"], row["chain"]) == (form, chain)]
        places = [int(row[column]) for row in mine]
        seconds = [float(row["seconds"]) for row in mine]
        axes.plot(places, seconds, marker="o", ms=4, color=colour, label=chain)
        axes.plot(places, [seconds[0] * place / places[0] for place in places], ":", color="0.6", lw=1)
    axes.set(xscale="log", yscale="log", xlabel=label, ylabel="processor seconds of a call", ylim=(0.005, 20))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.legend(loc="upper left", fontsize=8, frameon=False)


def cores(axes: Any, rows: Rows) -> None:  # noqa: ANN401 - matplotlib's Axes
    """Calls a second over one core, for each way of using two."""
    ways = list(dict.fromkeys(row["way"] for row in rows if row["way"] != "one core"))
    for offset, (chain, colour) in zip((0.2, -0.2), CHAINS.items(), strict=True):
        mine = {row["way"]: row for row in rows if row["chain"] == chain}
        values = [float(mine[way]["times_one_core"]) for way in ways]
        bars = axes.barh(
            [place + offset for place in range(len(ways))], values, 0.38, color=colour, label=chain
        )
        axes.bar_label(bars, [f"{value:.2f}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(ways)), ways, fontsize=8)
    axes.axvline(1, color="0.5", lw=0.8)
    axes.set(xlabel="calls a second on two cores over one", xlim=(0, 2.3))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.13), ncols=2, fontsize=8, frameon=False)


def main() -> int:
    """Draw it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    check_picture(options.picture, option="picture")
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    large = rows_of("large_inputs.csv")
    sizes(left, large, "short passages", "size", f"passages of two sentences (budget {BUDGET})")
    sizes(middle, large, "prose", "tokens_in", f"tokens of prose in one passage (budget {BUDGET})")
    cores(right, rows_of("every_core.csv"))
    for axes in (left, middle):
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
    with rc_context({"svg.hashsalt": "excerpt"}):  # the same picture from the same rows
        figure.savefig(options.picture, metadata={"Date": None} if options.picture.suffix == ".svg" else None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
