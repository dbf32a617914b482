"""What the evaluation itself costs, and what a second run with one more ratio costs.

    python eval/benchmarks/eval_harness.py FOLDER --set hotpotqa --limit 20 --out eval/results/eval_harness.csv

Every run is a process of its own, because encoders remember their latest texts. ``overhead``: wall-clock time of
``evaluate`` at one ratio over the time that the chains themselves took, by their own reports, less 1. ``first`` and
``second``: two runs on one cache file, the second with one more ratio; ``anew``: that second run on an empty file.
``second_share`` is second over anew. ``worked_out``: scores that the second run had to work out; the stages' scores do
not depend on the ratio, so it should be none.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.chains import named_chain
from excerpt.eval.data.sources import question_sets
from excerpt.eval.evaluation import evaluate
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models.runtime.disk_cache import DiskCache

CHAINS = ("default", "recomp-extractive", "bm25-sentences")


def one_run(given: argparse.Namespace) -> None:
    """Evaluate once and say what it took."""
    [questions] = question_sets([given.folder], [given.name], limit=given.limit)
    rows = list(questions.rows())
    chains = {name: named_chain(name) for name in CHAINS}
    # Models are loaded by another text, which is in no set.
    evaluate([{"question": "mill", "passages": ["Rain fell. Sails turn."]}], chains, [0.5])
    with DiskCache(given.cache) as cache:
        before = len(cache)
        started = time.perf_counter()
        table = evaluate(rows, chains, given.ratios, cache=ScoreCache(cache))
        table.rows()  # the intervals
        seconds = time.perf_counter() - started
        own = sum(np.nansum(cell.milliseconds) for cell in table.cells.values()) / 1000
        print(
            json.dumps({"seconds": seconds, "own": own, "new": len(cache) - before, "questions": len(rows)})
        )


def run(given: argparse.Namespace, ratios: str, cache: str) -> dict[str, float]:
    """`one_run` in a process of its own."""
    command = [sys.executable, "-P", __file__, given.folder, "--set", given.name, "--limit", str(given.limit)]
    command += ["--ratios", *ratios.split(), "--cache", cache]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def main() -> None:
    """Measure one set and add a row; with ``--cache`` it is one of its own runs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--set", default="hotpotqa", dest="name")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--ratios", nargs="*", type=float, default=[])
    parser.add_argument("--cache", default="")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.cache:
        one_run(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        alone = run(given, "0.25", ":memory:")
        first = run(given, "0.1 0.25", f"{folder}/one")
        second = run(given, "0.1 0.25 0.5", f"{folder}/one")
        anew = run(given, "0.1 0.25 0.5", f"{folder}/other")
    row = {
        "what": "eval_harness", "data": f"{given.name}.dev", "questions": str(alone["questions"]),
        "chains": " ".join(CHAINS), "overhead": f"{alone['seconds'] / alone['own'] - 1:.4f}",
        "seconds_first": f"{first['seconds']:.2f}", "seconds_second": f"{second['seconds']:.2f}",
        "seconds_anew": f"{anew['seconds']:.2f}", "second_share": f"{second['seconds'] / anew['seconds']:.3f}",
        "worked_out": str(second["new"]),
        **provenance(
            f"python eval/benchmarks/eval_harness.py FOLDER --set {given.name} --limit {given.limit} --out OUT"
        ),
    }  # fmt: skip
    print(row)
    if given.out:
        write_rows(given.out, merged_rows(given.out, [row], ("what", "data", "chains")))


if __name__ == "__main__":
    main()
