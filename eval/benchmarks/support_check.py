"""What each check of support lets pass, of true and of corrupted sentences in support_sentences.jsonl.

    python eval/benchmarks/support_check.py --out eval/results/support_check.csv [--entailment MODEL]

Each line has two sources, three sentences that follow from them and three that do not, with how they were corrupted.
Of the three sets of sixty and sixty, the rules of `fact-overlap` were mended while looking at ``mended`` and, for true
sentences that were lost, at ``paraphrased``; ``held`` was written by somebody who knew neither them nor the rules.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from excerpt.compressors.support.entailment import Entailment
from excerpt.compressors.support.fact_overlap import FactOverlap
from excerpt.compressors.support.protocol import Support
from excerpt.compressors.support.token_overlap import TokenOverlap
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.registry import load_cross_encoder

SENTENCES = Path(__file__).with_name("support_sentences.jsonl")
THRESHOLD = 0.6  # RECOMP's default


def main() -> None:
    """Judge, print, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entailment", metavar="MODEL")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    checks: list[Support] = [TokenOverlap(), FactOverlap()]
    if options.entailment:
        checks.append(Entailment(load_cross_encoder(options.entailment)))
    lines = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    common = provenance("python eval/benchmarks/support_check.py", ("excerpt",))
    rows = [
        {"what": "support_check", "data": name, "check": check.name, **counted, **common}
        for name in dict.fromkeys(line["set"] for line in lines)
        for check in checks
        for counted in count(check, [line for line in lines if line["set"] == name])
    ]
    for row in rows:
        print(f"{row['data']:12} {row['check']:14} {row['kind']:12} {row['passed']:3} of {row['n']}")
    if options.out:
        write_rows(options.out, rows)


def count(check: Support, lines: list[dict]) -> Iterator[dict[str, str | int]]:
    """For the true sentences, all corrupted ones and each way of corrupting: how many there are and how many pass."""
    passed: dict[str, list[bool]] = {"true": [], "corrupted": []}
    for line in lines:
        false = line["corrupted"]
        sentences = [*line["true"], *(one["text"] for one in false)]
        kinds = ["true"] * len(line["true"]) + [one["kind"] for one in false]
        for kind, judged in zip(kinds, check.judge(sentences, line["sources"]), strict=True):
            passes = judged.support >= THRESHOLD
            passed.setdefault(kind, []).append(passes)
            if kind != "true":
                passed["corrupted"].append(passes)
    for kind, each in passed.items():
        yield {"kind": kind, "n": len(each), "passed": sum(each)}


if __name__ == "__main__":
    main()
