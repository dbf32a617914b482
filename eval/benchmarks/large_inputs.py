"""Processor time and memory against the size of one call's input, and a picture of it.

    python eval/benchmarks/large_inputs.py --out eval/results/large_inputs.csv --picture docs/results/large-inputs.svg

Each call is a fresh process. Sizes go up to ten megabytes in one passage and to ten thousand passages, in forms that
people really pass in: prose, log lines, rows, base64.
"""

import argparse
import base64
import csv
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from excerpt import compress
from excerpt.eval.pictures import check_picture
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows

TRADE = "ferry harbour invoice valve queue timeout pump lease ledger router crew pier cargo winter tariff"
WORDS = TRADE.split()
QUESTION = "Which ferry invoice has a timeout?"


def sentence(number: int) -> str:
    """Twelve words."""
    chosen = random.Random(number).choices(WORDS, k=12)
    return f"{' '.join(chosen).capitalize()}."


def filled(size: int, make: Callable[[int], str], glue: str) -> str:
    """Pieces up to a number of characters."""
    count = size // (len(make(0)) + len(glue)) + 1
    return glue.join(map(make, range(count)))[:size]


def passages(form: str, size: int) -> list[str]:
    """The input: so many characters, or so many passages."""
    if form == "short passages":
        return [f"{sentence(number)} {sentence(number + 1)}" for number in range(size)]
    makers: dict[str, tuple[Callable[[int], str], str]] = {
        "prose": (sentence, " "),
        "log": (
            lambda n: f"2026-11-12 09:{n // 60 % 60:02}:{n % 60:02} INFO gateway id={n} {sentence(n)}",
            "\n",
        ),
        "rows": (lambda n: f"{n},{WORDS[n % len(WORDS)]}{n},{n * 7}", "\n"),
        "base64": (lambda n: base64.b64encode(random.Random(n).randbytes(600)).decode(), ""),
    }
    return [filled(size, *makers[form]), "The wifi password is heron-42."]


def one(form: str, size: int, chain: str) -> dict[str, Any]:
    """One call in this process."""
    given = passages(form, size)
    compress("warm up", ["One sentence. Two sentences here."], budget=4, chain=chain)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    result = compress(QUESTION, given, budget=200, chain=chain)
    return {
        "seconds": f"{time.process_time() - started:.2f}",
        "megabytes": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}",
        "megabytes_before": f"{before / 1024:.0f}",
        "tokens_in": str(result.tokens_in),
        "tokens_out": str(result.tokens_out),
    }


def main() -> None:
    """Run every size in a process of its own and write rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("FORM", "SIZE", "CHAIN"))
    parser.add_argument("--chains", default="fast,default")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--rows", type=Path, help="draw those of an earlier run, and run nothing")
    options = parser.parse_args()
    if options.one:
        form, size, chain = options.one
        print(json.dumps(one(form, int(size), chain)))
        return
    if options.picture:
        check_picture(options.picture)
    if options.rows:
        with options.rows.open(newline="", encoding="utf-8") as file:
            draw(list(csv.DictReader(file)), options.picture)
        return
    plan = [("short passages", size) for size in (10, 100, 1_000, 10_000)]
    plan += [
        (form, size) for form in ("prose", "log", "rows", "base64") for size in (10**4, 10**5, 10**6, 10**7)
    ]
    command = provenance("python eval/benchmarks/large_inputs.py --out OUT --picture PICTURE")
    rows = []
    for form, size in plan:
        for chain in options.chains.split(","):
            call = [sys.executable, "-P", __file__, "--one", form, str(size), chain]
            done = subprocess.run(call, check=True, capture_output=True, text=True)
            rows.append(
                {"form": form, "size": str(size), "chain": chain, **json.loads(done.stdout), **command}
            )
            print(
                {key: rows[-1][key] for key in ("form", "size", "chain", "seconds", "megabytes")}, flush=True
            )
    if options.out:
        write_rows(options.out, rows)
    if options.picture:
        draw(rows, options.picture)


def draw(rows: list[dict[str, str]], path: Path) -> None:
    """Seconds and megabytes against size, both in logarithms."""
    from matplotlib import rc_context  # noqa: PLC0415 - its memory is none of what is measured
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    forms = dict.fromkeys(row["form"] for row in rows if row["form"] != "short passages")
    for number, form in enumerate(forms):
        for chain, dash in (("fast", ":"), ("default", "-")):
            mine = [row for row in rows if (row["form"], row["chain"]) == (form, chain)]
            sizes = [int(row["size"]) / 1e6 for row in mine]
            for axes, name in ((left, "seconds"), (right, "megabytes")):
                axes.plot(
                    sizes,
                    [float(row[name]) for row in mine],
                    dash,
                    color=f"C{number}",
                    marker="o",
                    ms=3,
                    label=f"{form}, {chain}",
                )
    for axes, label in ((left, "processor seconds"), (right, "megabytes at most")):
        axes.set(xscale="log", yscale="log", xlabel="megabytes of input", ylabel=label)
        axes.grid(alpha=0.3)
    right.axhline(400, color="0.5", lw=1)
    left.legend(fontsize=7)
    with rc_context({"svg.hashsalt": "excerpt"}):  # else the same rows give other names inside the file
        figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
