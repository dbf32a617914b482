"""What chains that read no question keep of what turns out to answer one.

A row is a chain on one question set at one ratio: the share of evidence spans that are kept whole, over all spans. The
rows of `Salience` with other weights are why its own are what they are. Run from the repository root:

    python eval/benchmarks/query_free.py DATA --sets hotpotqa qed squad machine_logs --out eval/results/query_free.csv

DATA is the folder of prepared question sets with their ``reader.py``.
"""

import argparse
import csv
import importlib.util
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from excerpt import Chain
from excerpt.compressors import LLMLingua2, RandomUnits, Salience, Truncate
from excerpt.eval.provenance import provenance

RATIOS = (0.5, 0.25)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", required=True)
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    command = f"python eval/benchmarks/query_free.py DATA --sets {' '.join(given.sets)} --limit {given.limit}"
    rows = []
    for name in given.sets:
        records = list(islice(_reader(given.data).iter_qa(given.data, name, "dev"), given.limit))
        for ratio in RATIOS:
            for label, chain in _chains().items():
                kept, spans = _kept(chain, records, ratio)
                row = {"set": name, "questions": len(records), "ratio": ratio, "chain": label, "spans": spans}
                rows.append(row | {"kept": f"{kept / max(spans, 1):.3f}"} | provenance(command))
                print(*list(rows[-1].values())[:6], flush=True)
    if given.out is not None:
        with given.out.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


def _chains() -> dict[str, Chain]:
    weights = {
        "salience": {},
        "salience, place alone": {"centrality": 0, "trouble": 0, "figures": 0},
        "salience, centrality alone": {"place": 0, "trouble": 0, "figures": 0},
        "salience, figures alone": {"place": 0, "trouble": 0, "centrality": 0},
        "salience, centrality 1": {"centrality": 1},
    }
    return {
        "random": Chain([RandomUnits()]),
        "truncate": Chain([Truncate()]),
        "llmlingua2 by sentence": Chain([LLMLingua2(unit="sentence")]),
    } | {label: Chain([Salience(changed)]) for label, changed in weights.items()}


def _kept(chain: Chain, records: list[dict[str, Any]], ratio: float) -> tuple[int, int]:
    kept = spans = 0
    for record in records:
        passages = [{"text": passage["text"], "title": passage["title"]} for passage in record["passages"]]
        result = chain.compress("(no question)", passages, budget=ratio)
        for passage, left in zip(record["passages"], result.passages, strict=True):
            for start, end in _trimmed(passage["text"], passage["evidence"]):
                spans += 1
                kept += any(span.start <= start and end <= span.end for span in left.spans)
    return kept, spans


def _trimmed(text: str, evidence: list[list[int]]) -> Iterator[tuple[int, int]]:
    """Spans without white space and full stops at their ends, about which annotations differ."""
    for start, end in evidence:
        body = text[start:end]
        first = start + len(body) - len(body.lstrip())
        yield first, first + len(body.strip().rstrip("."))


def _reader(folder: Path) -> Any:  # noqa: ANN401 - a module that is not a package's
    spec = importlib.util.spec_from_file_location("reader", os.fspath(folder / "reader.py"))
    if spec is None or spec.loader is None:
        message = f"{folder}: has no reader.py"
        raise SystemExit(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
