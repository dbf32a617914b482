"""Count what a fresh process writes, starts and asks for: with ONNX Runtime's statistics on, and as excerpt comes.

Each process has a home of its own, makes one call and lives on for some seconds. It runs under strace in a network
namespace without a network, so that what asks for a host is counted and nothing goes out (Linux, as root). Run from
the repository root:

    python eval/benchmarks/privacy.py --out eval/results/privacy.csv
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from excerpt.eval.provenance import provenance

WORK = """
import os, sys, threading, time
from excerpt import compress
compress("who keeps bees", ["Bees are kept by Ann. " * 30, "The cat sat. " * 40], budget=50)
time.sleep(float(sys.argv[1]))
print(len(os.listdir("/proc/self/task")) - threading.active_count())
"""
COMMAND = "python eval/benchmarks/privacy.py --out eval/results/privacy.csv"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    ways = {"statistics on": {"ORT_DISABLE_TELEMETRY": "0"}, "as excerpt comes": {}}
    rows = [
        {"way": way} | _watched(given.seconds, settings) | provenance(COMMAND)
        for way, settings in ways.items()
    ]
    with given.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _watched(seconds: float, settings: dict[str, str]) -> dict[str, str | int]:
    with tempfile.TemporaryDirectory() as home, tempfile.NamedTemporaryFile("r") as log:
        traced = ["strace", "-f", "-e", "trace=socket", "-o", log.name]
        ours = {
            "OPENBLAS_NUM_THREADS": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }  # their threads are not the question
        done = subprocess.run(
            ["unshare", "--net", *traced, sys.executable, "-P", "-B", "-c", WORK, str(seconds)],
            env={"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home} | ours | settings,
            capture_output=True,
            text=True,
            check=True,
        )
        files = sorted(str(path.relative_to(home)) for path in Path(home).rglob("*") if path.is_file())
        sockets = [line for line in log.read().splitlines() if "AF_INET" in line]
    return {
        "files": len(files),
        "names": " ".join(files),
        "native_threads": int(done.stdout),
        "internet_sockets": len(sockets),
        "seconds": f"{seconds:g}",
    }


if __name__ == "__main__":
    main()
