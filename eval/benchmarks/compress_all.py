"""`excerpt compress` itself over every prepared set, each row checked against its source.

    python eval/benchmarks/compress_all.py DATA --chain fast --out eval/results/compress_all.csv

For each set and split: converted by `excerpt convert`, compressed by `excerpt compress` as a user would, then every
output row is read back and held against its input: spans are slices of their passages, sorted and apart; the kept
text stands in the rendered text; tokens are within the ratio asked for. Any line in the errors file counts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl

RATIO = 0.25


def faults(given: dict[str, Any], row: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an output row."""
    if row["tokens_out"] > int(RATIO * row["tokens_in"] + 1e-9):
        yield "over the budget"
    if len(row["passages"]) != len(given["passages"]) or str(row["id"]) != str(given["id"]):
        yield "passages or id lost"
    for passage, kept in zip(given["passages"], row["passages"], strict=False):
        spans = kept["spans"]
        if any(not 0 <= start < end <= len(passage["text"]) for start, end in spans):
            yield "span outside the text"
        if any(left[1] >= right[0] for left, right in pairwise(spans)):
            yield "spans overlap or touch"
        if any(passage["text"][start:end] not in row["text"] for start, end in spans):
            yield "kept text is not in the rendered text"


def excerpt(*arguments: str) -> int:
    """Run the command."""
    return subprocess.run([sys.executable, "-P", "-m", "excerpt", *arguments], check=False).returncode


def measure(data: Path, name: str, split: str, options: argparse.Namespace) -> dict[str, str]:
    """Convert, compress and check one set."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        limit = ["--limit", str(options.limit)] if options.limit else []
        excerpt("convert", str(data), "--set", name, "--split", split, "-o", str(source), "-q", *limit)
        started = time.monotonic()
        call = [
            "compress",
            str(source),
            "-o",
            str(out),
            "--ratio",
            str(RATIO),
            "--chain",
            options.chain,
            "-q",
        ]
        status = excerpt(*call, "--workers", str(options.workers))
        seconds = time.monotonic() - started
        errors_file = Path(folder, "out.jsonl.errors.jsonl")
        errors = len(errors_file.read_text(encoding="utf-8").splitlines()) if errors_file.exists() else 0
        found: list[str] = []
        rows = tokens_in = tokens_out = 0
        for (_, given), (_, row) in zip(read_jsonl(source), read_jsonl(out), strict=errors == 0):
            found += faults(given, row)
            rows += 1
            tokens_in += row["tokens_in"]
            tokens_out += row["tokens_out"]
    return {
        "what": "compress_all", "data": f"{name}.{split}", "chain": options.chain, "ratio": str(RATIO),
        "records": str(rows), "exit_status": str(status), "errors": str(errors), "breaches": str(len(found)),
        "first_breach": found[0] if found else "", "tokens_in": str(tokens_in), "tokens_out": str(tokens_out),
        "kept": f"{tokens_out / max(tokens_in, 1):.4f}", "seconds": f"{seconds:.1f}",
    }  # fmt: skip


def main() -> int:
    """Go through the sets; rows of other chains already in the file stay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--chain", default="fast")
    parser.add_argument("--splits", nargs="+", default=["dev", "train"])
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--limit", type=int, help="questions a set, spread evenly")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    command = f"python eval/benchmarks/compress_all.py DATA --chain {options.chain} --splits {' '.join(options.splits)}"
    command += (
        f" --limit {options.limit}" if options.limit else ""
    ) + f" --workers {options.workers} --out OUT"
    rows: dict[tuple[str, str], dict[str, str]] = {}
    if options.out.exists():
        import csv  # noqa: PLC0415 - only to go on with earlier rows

        with options.out.open(encoding="utf-8", newline="") as file:
            rows = {(row["chain"], row["data"]): row for row in csv.DictReader(file)}
    for name, split in PreparedFolder(options.data).sets():
        if split in options.splits and (not options.sets or name in options.sets):
            row = measure(options.data, name, split, options) | provenance(command)
            rows[options.chain, row["data"]] = row
            write_rows(options.out, list(rows.values()))
            print(
                json.dumps(
                    {key: row[key] for key in ("data", "records", "errors", "breaches", "kept", "seconds")}
                )
            )
    return int(any(row["errors"] != "0" or row["breaches"] != "0" for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
