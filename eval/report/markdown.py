"""Tables for the documentation, made from the rows that a benchmark wrote: no number is copied by hand.

``python -m excerpt.eval.report.markdown DOCUMENT.md RESULTS.csv [--check]`` replaces what stands between

    <!-- table: metric=evidence_recall ratio=0.1 [chains=default,fast] -->
    <!-- end table -->

and, from ``NAME.csv`` beside the results, with a line for each row of one set and ratio,

    <!-- rows: from=NAME where=data:all,ratio:0.25 columns=chain,evidence_recall [chains=default,fast] -->
    <!-- end table -->

and, from a file whose rows have one value each (`excerpt.eval.report.pivot`),

    <!-- pivot: from=NAME down="what" across="metric" where="data=mean; what=bm25|dense" [value=value digits=2] -->
    <!-- end table -->
"""

import argparse
import csv
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import regex

from excerpt.errors import InputError
from excerpt.eval.report.pivot import by_pivot, conditions

__all__ = ["by_row", "by_set", "fill_in", "main"]

_BLOCK = regex.compile(
    r"(<!-- (?P<kind>table|rows|pivot): (?P<options>[^>]*?) -->\n)(?P<body>.*?)(<!-- end table -->)",
    regex.DOTALL,
)

_NEEDED = {"table": {"metric", "ratio"}, "rows": {"from", "columns"}, "pivot": {"from", "down", "across"}}


def by_set(
    rows: Sequence[Mapping[str, str]], metric: str, ratio: str, only: Sequence[str] | None = None
) -> str:
    """One metric at one kept ratio: a line for each set, a column for each chain, with half-widths of intervals.

    Args:
        rows: Rows with ``data``, ``chain``, ``ratio`` and the metric's columns.
        metric: Such as ``"evidence_recall"``.
        ratio: As it stands in the rows.
        only: Chains to show, in this order; None for all, in the order of the rows.

    Raises:
        InputError: No row has that metric at that ratio.
    """
    chosen = [row for row in rows if row["ratio"] == ratio and row.get(metric)]
    if not chosen:
        message = f"table: no row has {metric!r} at ratio {ratio}"
        raise InputError(message)
    there = dict.fromkeys(row["chain"] for row in chosen)
    chains = list(there) if only is None else [name for name in only if name in there]
    cells = {(row["data"], row["chain"]): row for row in chosen}
    lines = [
        "| set | questions | " + " | ".join(chains) + " |",
        "| --- | ---: |" + " ---: |" * len(chains),
    ]
    for name in sorted({row["data"] for row in chosen}):
        of_set = [cells.get((name, chain)) for chain in chains]
        count = next(row[f"{metric}_questions"] for row in of_set if row)
        lines.append(f"| {name} | {count} | " + " | ".join(_cell(row, metric) for row in of_set) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: Mapping[str, str] | None, metric: str) -> str:
    if row is None:
        return ""
    half = (float(row[f"{metric}_high"]) - float(row[f"{metric}_low"])) / 2
    return f"{float(row[metric]):.2f} ±{half:.2f}"


def by_row(
    rows: Sequence[Mapping[str, str]],
    where: Mapping[str, str],
    columns: Sequence[str],
    only: Sequence[str] | None = None,
) -> str:
    """Some columns of some rows, a line for each; a metric with half the width of its interval.

    Args:
        rows: From a CSV file.
        where: What a row must have in a column to be shown.
        columns: What to show of it.
        only: Chains to show, in this order; None for all, in the order of the rows.

    Raises:
        InputError: There is no such row or column.
    """
    chosen = [row for row in rows if all(row.get(name) == value for name, value in where.items())]
    if only is not None:
        chosen = [row for name in only for row in chosen if row.get("chain") == name]
    missing = [name for name in [*where, *columns] if not any(name in row for row in rows)]
    if not chosen or missing:
        message = f"rows: there is no {'column ' + missing[0] if missing else f'row with {dict(where)}'}"
        raise InputError(message)
    numeric = ["---" if name in {"chain", "verdict", "why"} else "---:" for name in columns]
    lines = [
        "| " + " | ".join(name.replace("_", " ") for name in columns) + " |",
        "| " + " | ".join(numeric) + " |",
    ]
    for row in chosen:
        cells = [
            _cell(row, name) if row.get(f"{name}_low") else _plain(row.get(name, "")) for name in columns
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _plain(value: str) -> str:
    """A value as it stands; one with four decimals, as rows have them, with fewer where it is 10 or more."""
    whole, dot, decimals = value.partition(".")
    long = bool(dot) and len(decimals) == 4 and whole.isdecimal() and len(whole) > 1
    return f"{float(value):.0f}" if long else value


def fill_in(document: str, rows: Sequence[Mapping[str, str]], folder: Path | None = None) -> str:
    """The document with every table made anew.

    Args:
        document: The text.
        rows: For blocks that name no file.
        folder: Where the files are that blocks name; None where none does.

    Raises:
        InputError: A table asks for what the rows do not have.
    """

    def made(block: "regex.Match[str]") -> str:
        options = dict(part.split("=", 1) for part in shlex.split(block["options"]) if "=" in part)
        missing = _NEEDED[block["kind"]] - set(options)
        if missing:
            message = f"table: {block['options']!r} does not say {', '.join(sorted(missing))}"
            raise InputError(message)
        if block["kind"] == "pivot":
            return f"{block[1]}{_pivot(options, folder or Path())}{block[5]}"
        only = options["chains"].split(",") if "chains" in options else None
        if block["kind"] == "rows":
            where = dict(part.split(":", 1) for part in options.get("where", "").split(",") if part)
            other = _read((folder or Path()) / f"{options['from']}.csv")
            return f"{block[1]}{by_row(other, where, options['columns'].split(','), only)}{block[5]}"
        return f"{block[1]}{by_set(rows, options['metric'], options['ratio'], only)}{block[5]}"

    filled: str = _BLOCK.sub(made, document)
    return filled


def _pivot(options: Mapping[str, str], folder: Path) -> str:
    down, across = ([part.strip() for part in options[name].split(";")] for name in ("down", "across"))
    return by_pivot(
        _read(folder / f"{options['from']}.csv"),
        conditions(options.get("where", "")),
        down,
        across,
        value=options.get("value", "value"),
        digits=int(options.get("digits", "2")),
    )


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill in one document; with ``--check`` only say whether it is up to date."""
    parser = argparse.ArgumentParser(prog="excerpt.eval.report.markdown")
    parser.add_argument("document", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing; exit status 1 if out of date")
    given = parser.parse_args(arguments)
    old = given.document.read_text(encoding="utf-8")
    new = fill_in(old, _read(given.results), given.results.parent)
    if not given.check:
        given.document.write_text(new, encoding="utf-8")
    return int(given.check and old != new)


if __name__ == "__main__":
    sys.exit(main())
