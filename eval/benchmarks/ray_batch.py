"""Batches beyond one machine: throughput of a core, and a Ray run that loses a worker and its driver.

Rows of the first go to eval/results/batch_throughput.csv, of the second to eval/results/ray_batch.csv:

python eval/benchmarks/ray_batch.py throughput --data QUESTIONS.jsonl.gz --limit 200 --chain fast --out OUT
python eval/benchmarks/ray_batch.py kills --records 20000 --form jsonl --workers 2 --out OUT
"""

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import dump, read_jsonl

WORDS = """harbour bread river engine winter letter garden copper market signal island teacher window music forest
paper bridge summer doctor cloud number story night stone water""".split()  # noqa: SIM905 - a list of 25 lines is worse


def made_up(count: int) -> Iterator[dict[str, object]]:
    """Short questions with two passages of two sentences, the same on every run."""
    chance = random.Random(7)
    for number in range(count):
        texts = [
            " ".join(" ".join(chance.choices(WORDS, k=9)).capitalize() + "." for _ in range(2))
            for _ in range(2)
        ]
        yield {"id": f"r{number}", "question": f"what about {chance.choice(WORDS)}?", "passages": texts}


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """Records as JSON lines or as Parquet, by the name."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=1000)
        return
    with path.open("wb") as file:
        file.writelines(map(dump, rows))


def call(source: Path, out: Path, chain: str, *more: str) -> list[str]:
    """The command to run."""
    return [
        sys.executable, "-P", "-m", "excerpt", "compress", str(source), "-o", str(out),
        "--ratio", "0.5", "--chain", chain, "-q", *more,
    ]  # fmt: skip


def timed(command: list[str]) -> tuple[float, float]:
    """Wall-clock and CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - started, cpu


def throughput(options: argparse.Namespace, folder: Path) -> list[dict[str, str]]:
    """Questions a second of CPU time: what a core does, whatever else the machine does. Start-up is taken off."""
    keep = {"id", "question", "passages"}
    given = [
        {key: row[key] for key in keep}
        | {"passages": [{key: one[key] for key in ("id", "title", "text")} for one in row["passages"]]}
        for _, row in islice(read_jsonl(options.data), options.limit)
    ]
    rows = []
    for suffix in (".jsonl", ".parquet"):
        source, first = folder / f"in{suffix}", folder / f"first{suffix}"
        write(source, given)
        write(first, given[:1])
        _, start = timed(call(first, folder / f"first.out{suffix}", options.chain))
        _, cpu = timed(call(source, folder / f"out{suffix}", options.chain))
        characters = sum(len(one["text"]) for row in given for one in row["passages"]) / len(given)
        rows.append(
            {
                "what": "batch_throughput",
                "data": options.data.name.removesuffix(".jsonl.gz"),
                "form": suffix[1:],
                "chain": options.chain,
                "questions": str(len(given)),
                "characters_a_question": f"{characters:.0f}",
                "start_cpu_s": f"{start:.2f}",
                "cpu_s": f"{cpu - start:.2f}",
                "questions_a_core_second": f"{(len(given) - 1) / (cpu - start):.1f}",
            }
        )
    return rows


def kills(options: argparse.Namespace, folder: Path) -> list[dict[str, str]]:
    """Lose a worker at a quarter and the driver at a half, go on, compare with the plain run."""
    suffix = f".{options.form}"
    source, whole, out = folder / f"in{suffix}", folder / f"whole{suffix}", folder / f"out{suffix}"
    write(source, list(made_up(options.records)))
    plain, cpu = timed(call(source, whole, options.chain))
    ray = ("--ray", "--workers", str(options.workers))
    started = time.monotonic()
    with subprocess.Popen(call(source, out, options.chain, *ray)) as driver:
        wait_for(out, options.records // 4, driver)
        killed = kill_a_worker(driver.pid)
        wait_for(out, options.records // 2, driver)
        noted = records_noted(out)
        driver.kill()
    subprocess.run(call(source, out, options.chain, *ray, "--resume"), check=True)
    seconds = time.monotonic() - started
    same = digest(out) == digest(whole)
    left = sorted(path.name for path in folder.iterdir() if path not in {source, whole, out})
    return [
        {
            "what": "ray_batch",
            "form": options.form,
            "records": str(options.records),
            "chain": options.chain,
            "workers": str(options.workers),
            "workers_killed": str(killed),
            "drivers_killed": "1",
            "noted_at_driver_kill": str(noted),
            "identical": str(same),
            "files_left": " ".join(left),
            "plain_s": f"{plain:.1f}",
            "plain_cpu_s": f"{cpu:.1f}",
            "ray_s": f"{seconds:.1f}",
        }
    ]


def records_noted(out: Path) -> int:
    """How far the journal says that a run is."""
    try:
        return int(json.loads(out.with_name(f"{out.name}.journal").read_text(encoding="utf-8"))["lines"])
    except (OSError, ValueError):
        return 0


def wait_for(out: Path, lines: int, driver: subprocess.Popen[bytes]) -> None:
    """Until so many records are safe."""
    while records_noted(out) < lines:
        if driver.poll() is not None:
            message = f"the run ended before {lines} records were noted: give more --records"
            raise SystemExit(message)
        time.sleep(0.05)


def kill_a_worker(pid: int) -> int:
    """End one process of an actor; how many were ended."""
    for process in psutil.Process(pid).children(recursive=True):
        if "_Actor" in " ".join(process.cmdline()):
            process.kill()
            return 1
    return 0


def digest(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """Run one of the two and write its rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["throughput", "kills"])
    parser.add_argument("--data", type=Path, help="Questions with passages, for throughput.")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--form", choices=["jsonl", "parquet"], default="jsonl")
    parser.add_argument("--chain", default="fast")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    command = f"python eval/benchmarks/ray_batch.py {options.what} "
    if options.what == "throughput":
        command += f"--data {options.data.name} --limit {options.limit} --chain {options.chain} --out OUT"
    else:
        command += f"--records {options.records} --form {options.form} --workers {options.workers} --out OUT"
    with tempfile.TemporaryDirectory() as folder:
        rows = (throughput if options.what == "throughput" else kills)(options, Path(folder))
    packages = ("onnxruntime", "numpy", "tokenizers", "pyarrow", "ray")
    write_rows(options.out, [{**row, **provenance(command, packages)} for row in rows])
    for row in rows:
        print(row)
    return 0 if all(row.get("identical", "True") == "True" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
