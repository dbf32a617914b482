"""Writers of an index killed at random moments: it is as before or after, and a resumed build gives the same bytes.

    python eval/benchmarks/index_kills.py CORPUS.jsonl --passages 400 --kills 30 --late 20

A build with the bundled encoder and the default features, an addition, a deletion and a compaction are each run
once undisturbed, for their length, and then killed (SIGKILL) at random moments of it, again and again, and at more
moments of its last tenth, where the switch to the new state is. After every kill the index is opened, every byte of it
is verified, and its passages are compared with those before and after.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import IO, cast

from excerpt.errors import StoreError
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.retrievers import Index

WRITER = """
import json, sys
from excerpt.models import load_encoder
from excerpt.retrievers import Index
from excerpt.retrievers.build.sources import DEFAULT_FEATURES
verb, path, source, half = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
rows = [json.loads(line) for line in open(source, encoding="utf-8")]
print("ready", flush=True)
if verb == "build":
    Index.build(rows, path, features=DEFAULT_FEATURES, batch=32)
elif verb == "add":
    Index.open(path).add(rows[half:], batch=32)
elif verb == "delete":
    Index.open(path).delete([row["id"] for row in rows[:half:3]])
else:
    Index.open(path).compact()
"""
VERBS = ("build", "add", "delete", "compact")


def run(verb: str, path: Path, source: Path, half: int, after_s: float | None = None) -> float:
    """Start a writer and kill it so long after it is ready, or let it end; how long it took."""
    command = [sys.executable, "-P", "-c", WRITER, verb, str(path), str(source), str(half)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        cast("IO[bytes]", process.stdout).readline()
        started = time.monotonic()
        if after_s is not None:
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)
        process.wait()
    return time.monotonic() - started


def state(path: Path) -> list[str] | None:
    """The ids of an index that was opened and verified; None where there is none."""
    try:
        index = Index.open(path)
    except StoreError:
        if path.exists():
            raise
        return None
    index.verify()
    return [passage.id for passage in index]


def content(path: Path) -> dict[str, bytes]:
    """The files of the generation that counts."""
    (generation,) = path.glob("generation-*")
    return {file.name: file.read_bytes() for file in generation.iterdir()}


def begun(folder: Path, verb: str, source: Path, half: int) -> Path | None:
    """An index as it is before a verb, to be copied; None for a build."""
    if verb == "build":
        return None
    path = folder / f"before-{verb}"
    rows = [value for _, value in read_jsonl(source)]
    Index.build(rows[:half], path, features=("records", "guards", "tokens", "evidence"))
    if verb != "add":
        Index.open(path).add(rows[half:])
    if verb == "compact":
        Index.open(path).delete([str(row["id"]) for row in rows[:half:3]])
    return path


def kill(folder: Path, verb: str, source: Path, half: int, moments: list[float]) -> list[str]:
    """Kill one verb at moments, given as shares of its length; what each kill left."""
    before = begun(folder, verb, source, half)
    whole = folder / f"whole-{verb}"
    if before is not None:
        shutil.copytree(before, whole)
    length = run(verb, whole, source, half)
    old = None if before is None else state(before)
    new, expected = state(whole), content(whole)
    found = []
    for number, moment in enumerate(moments):
        path = folder / f"{verb}-{number}"
        if before is not None:
            shutil.copytree(before, path)
        run(verb, path, source, half, moment * length)
        left = state(path)
        found.append("after" if left == new and old != new else "before" if left == old else "between")
        if left == old:  # again, to its end
            run(verb, path, source, half)
        found[-1] += "" if verb == "compact" or content(path) == expected else ", other bytes when resumed"
        shutil.rmtree(path)
    return found


def _share(kills: int, number: int) -> int:
    """How many of all kills one verb gets."""
    return kills // len(VERBS) + (number < kills % len(VERBS))


def main() -> int:
    """Kill and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--verbs", nargs="*", choices=VERBS, default=VERBS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "results" / "index_kills.csv")
    parser.add_argument("--late", type=int, default=20, help="kills in the last tenth")
    options = parser.parse_args()
    counts = f"--passages {options.passages} --kills {options.kills} --late {options.late}"
    command = f"python eval/benchmarks/index_kills.py CORPUS {counts}"
    about = provenance(command, ("faiss-cpu", "bm25s", "pyarrow", "numpy", "onnxruntime"))
    outcomes: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "corpus.jsonl")
        rows = [value for _, value in islice(read_jsonl(options.corpus), options.passages)]
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        for number, verb in enumerate(VERBS):
            if verb not in options.verbs:
                continue
            chance = random.Random(verb)
            shares = [_share(kills, number) for kills in (options.kills, options.late)]
            moments = [chance.random() for _ in range(shares[0])]
            moments += [0.9 + 0.1 * chance.random() for _ in range(shares[1])]
            found = kill(Path(name), verb, source, options.passages // 2, moments)
            print(verb, found, flush=True)
            for when, outcomes in (("during", found[: shares[0]]), ("near the end of", found[shares[0] :])):
                for outcome in sorted(set(outcomes)):
                    row = {"what": f"killed {when} {verb}", "outcome": outcome, "data": "index_corpus"}
                    value = {"value": str(outcomes.count(outcome)), "unit": "kills"}
                    outcomes.append({**row, "passages": str(options.passages), **value, **about})
    write_rows(options.out, outcomes)
    return int(any("between" in row["outcome"] or "other" in row["outcome"] for row in outcomes))


if __name__ == "__main__":
    sys.exit(main())
