"""The batch command under stress: resident memory over a long file, and kills at random moments.

python eval/benchmarks/batch.py memory --records 100000 --out eval/results/batch_memory.csv
python eval/benchmarks/batch.py kills --records 4000 --kills 20 --out eval/results/batch_kills.csv
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows

SAMPLES = 200
WORDS = """harbour bread river engine winter letter garden copper market signal island teacher window music forest
paper bridge summer doctor cloud number story night stone water""".split()  # noqa: SIM905 - a list of 25 lines is worse


def write_records(path: Path, count: int, passages: int) -> None:
    """A file of made-up questions, different from one another, the same on every run."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            texts = [
                " ".join(
                    " ".join(chance.choices(WORDS, k=chance.randint(6, 14))).capitalize()
                    + f" {chance.randint(1, 999)}."
                    for _ in range(4)
                )
                for _ in range(passages)
            ]
            row = {"id": number, "question": f"what about {chance.choice(WORDS)}?", "passages": texts}
            file.write(json.dumps(row) + "\n")


def call(source: Path, out: Path, chain: str, workers: int) -> list[str]:
    """The command to run."""
    return [
        sys.executable, "-P", "-m", "excerpt", "compress", str(source), "-o", str(out),
        "--ratio", "0.5", "--chain", chain, "--workers", str(workers), "-q", "--resume",
    ]  # fmt: skip


def memory(options: argparse.Namespace, folder: Path) -> list[dict[str, str]]:
    """Resident memory of the command and its workers, sampled over the run."""
    source, out = folder / "in.jsonl", folder / "out.jsonl"
    write_records(source, options.records, passages=3)
    samples: list[tuple[int, float]] = []
    with subprocess.Popen(call(source, out, options.chain, options.workers)) as process:
        watched = psutil.Process(process.pid)
        journal = out.with_name("out.jsonl.journal")
        while process.poll() is None:
            time.sleep(0.5)
            try:
                done = json.loads(journal.read_text(encoding="utf-8"))["lines"]
                family = [watched, *watched.children(recursive=True)]
                samples.append((done, sum(one.memory_info().rss for one in family) / 2**20))
            except (OSError, ValueError, psutil.Error):
                continue
    kept = samples[:: max(1, len(samples) // SAMPLES)]
    rows = [
        {"what": "batch_memory", "records_done": str(done), "rss_mib": f"{size:.1f}"} for done, size in kept
    ]
    return [
        {**row, "records": str(options.records), "chain": options.chain, "workers": str(options.workers)}
        for row in rows
    ]


def kills(options: argparse.Namespace, folder: Path) -> list[dict[str, str]]:
    """Kill the run at random moments, resume each time, compare the bytes with an undisturbed run."""
    source, whole, out = folder / "in.jsonl", folder / "whole.jsonl", folder / "out.jsonl"
    write_records(source, options.records, passages=3)
    started = time.monotonic()
    subprocess.run(call(source, whole, options.chain, options.workers), check=True)
    length = time.monotonic() - started
    chance = random.Random(options.seed)
    killed = 0
    while killed < options.kills:
        # Long enough to get somewhere, short enough that there is work left for every kill.
        moment = chance.uniform(0.3, 1.0 + 1.2 * length / options.kills)
        with subprocess.Popen(call(source, out, options.chain, options.workers)) as process:
            try:
                process.wait(timeout=moment)
                out.unlink()  # finished before the kill: begin another run
                continue
            except subprocess.TimeoutExpired:
                for one in [
                    *psutil.Process(process.pid).children(recursive=True),
                    psutil.Process(process.pid),
                ]:
                    one.kill()
        killed += 1
    subprocess.run(call(source, out, options.chain, options.workers), check=True)
    same = out.read_bytes() == whole.read_bytes()
    left = sorted(path.name for path in folder.iterdir() if path not in {source, whole, out})
    row = {
        "what": "batch_kills",
        "records": str(options.records),
        "kills": str(killed),
        "chain": options.chain,
    }
    return [{**row, "workers": str(options.workers), "identical": str(same), "files_left": " ".join(left)}]


def main() -> int:
    """Run one of the two and write its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["memory", "kills"])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--chain", default="fast")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = (memory if options.what == "memory" else kills)(options, Path(folder))
    command = (
        f"python eval/benchmarks/batch.py {options.what} --records {options.records} --chain {options.chain}"
    )
    command += f" --workers {options.workers}" + (
        f" --kills {options.kills}" if options.what == "kills" else ""
    )
    write_rows(options.out, [{**row, **provenance(f"{command} --out OUT")} for row in rows])
    print(f"{len(rows)} rows: {options.out}")
    print(rows[-1])
    return 0 if options.what == "memory" or rows[0]["identical"] == "True" else 1


if __name__ == "__main__":
    sys.exit(main())
