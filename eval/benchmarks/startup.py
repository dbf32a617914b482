"""How long a user waits before anything happens: importing the package, the first help page.

    python eval/benchmarks/startup.py --out eval/results/startup.csv

Each is a fresh process, in turns with a bare interpreter, whose time is taken off.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows

CALLS = {
    "interpreter": ["-c", "pass"],
    "import excerpt": ["-c", "import excerpt"],
    "excerpt --help": ["-m", "excerpt", "--help"],
    "first compress() of the default chain": [
        "-c",
        "import excerpt; excerpt.compress('who', ['a b. c d. e f.'], budget=3)",
    ],
}


def seconds(arguments: list[str]) -> float:
    """Wall-clock time of one process."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-P", *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure in turns and write medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in CALLS}
    for _ in range(options.rounds):
        for name, arguments in CALLS.items():
            times[name].append(seconds(arguments))
    bare = statistics.median(times["interpreter"])
    command = provenance(f"python eval/benchmarks/startup.py --rounds {options.rounds} --out OUT")
    rows = [
        {
            "what": name,
            "seconds": f"{statistics.median(of):.3f}",
            "beyond_interpreter": f"{statistics.median(of) - bare:.3f}",
        }
        for name, of in times.items()
    ]
    write_rows(options.out, [{**row, "rounds": str(options.rounds), **command} for row in rows])
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
