"""The bundled counter against o200k_base on the texts of token_counts.jsonl, kind by kind.

    python eval/benchmarks/token_counts.py --out eval/results/token_counts.csv

Counts of o200k_base stand in the file, so nothing has to be downloaded to compare; ``--recount`` writes them anew with
bpe-openai, which carries the encoding.
"""

import argparse
import csv
import importlib
import json
from pathlib import Path

from excerpt.eval.provenance import provenance
from excerpt.tokens import resolve_tokenizer

TEXTS = Path(__file__).with_name("token_counts.jsonl")


def main() -> None:
    """Compare, print, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recount", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    texts = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    if options.recount:
        encoding = importlib.import_module("bpe_openai").get_encoding("o200k_base")
        texts = [{**row, "o200k_base": len(encoding.encode(row["text"]))} for row in texts]
        TEXTS.write_text("".join(json.dumps(row) + "\n" for row in texts), encoding="utf-8")
    counter = resolve_tokenizer("bundled")
    common = provenance("python eval/benchmarks/token_counts.py", ("tokenizers",))
    rows = [
        {
            "what": "token_counts",
            "kind": row["kind"],
            "bundled": (bundled := counter.count(row["text"])),
            "o200k_base": row["o200k_base"],
            "ratio": round(bundled / row["o200k_base"], 3),
            **common,
        }
        for row in texts
    ]
    for row in rows:
        print(f"{row['kind']:16} {row['bundled']:5} {row['o200k_base']:5} {row['ratio']:6.2f}")
    if options.out:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
