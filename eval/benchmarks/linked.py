"""How many of the passages that a question of several hops needs are found: by vectors, words, both, and over names.

    python eval/benchmarks/linked.py DATA

DATA is the folder of prepared sets. All passages of four development sets of questions with several hops go into one
index; each is there once, and a question's gold passages are found where all sets' passages are. Differences to
``fused`` are paired. Times are processor time of the search alone, the question's vector known, the modes taking
turns.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.retrievers import Index
from excerpt.retrievers.search import Mode

SETS = ("2wikimultihopqa", "hotpotqa", "hotpotqa_fullwiki", "musique")
DEPTHS = (5, 10, 20)
MODES: tuple[Mode, ...] = get_args(Mode)
RIVAL: Mode = "fused"
OUT = Path(__file__).parents[1] / "results" / "linked.csv"

Asked = tuple[str, str, frozenset[int]]
Columns = dict[tuple[str, int, str], NDArray[np.float64]]


def main() -> None:
    """Build the index, ask everything in every mode, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    passages, asked = pooled(PreparedFolder(given.data))
    print(f"{len(passages)} passages, {len(asked)} questions", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build(passages, Path(folder) / "pool.excerpt")
        columns, taken = searched(index, asked)
    command = provenance("python eval/benchmarks/linked.py DATA")
    found = [{**row, **command} for row in rows(asked, columns, taken, len(passages))]
    write_rows(given.out, found)
    for row in found:
        print(row["data"], row["mode"], row["k"], row["recall"], row["all_gold"], row["verdict"])


def pooled(folder: PreparedFolder) -> tuple[list[dict[str, Any]], list[Asked]]:
    """Passages, each once, and for each question its set, its words and the places of its gold passages."""
    places: dict[tuple[str, str], int] = {}
    asked = []
    for name in SETS:
        for row in folder.rows(name, "dev"):
            gold = set()
            for passage in row["passages"]:
                place = places.setdefault((passage["title"], passage["text"]), len(places))
                if passage["gold"]:
                    gold.add(place)
            if gold:
                asked.append((name, str(row["question"]), frozenset(gold)))
    passages = [{"id": str(place), "title": title, "text": text} for (title, text), place in places.items()]
    return passages, asked


def searched(index: Index, asked: Sequence[Asked]) -> tuple[Columns, Mapping[str, list[float]]]:
    """For each mode and depth what is found of each question's gold, and the times of each mode in milliseconds."""
    columns: Columns = {
        (mode, k, metric): np.zeros(len(asked))
        for mode in MODES
        for k in DEPTHS
        for metric in ("recall", "all_gold")
    }
    taken: dict[str, list[float]] = {mode: [] for mode in MODES}
    for number, (_, question, gold) in enumerate(asked):
        index.encode(question)  # and remember it
        for turn in range(len(MODES)):
            mode = MODES[(number + turn) % len(MODES)]
            began = time.process_time()
            hits = index.search(question, max(DEPTHS), mode=mode)
            taken[mode].append(1000 * (time.process_time() - began))
            for k in DEPTHS:
                there = len(gold & {int(hit.passage.id) for hit in hits[:k]}) / len(gold)
                columns[mode, k, "recall"][number] = there
                columns[mode, k, "all_gold"][number] = there == 1.0
    return columns, taken


def rows(
    asked: Sequence[Asked], columns: Columns, taken: Mapping[str, list[float]], passages: int
) -> Iterator[dict[str, str]]:
    """One row for each set, mode and depth."""
    names = np.array([name for name, _, _ in asked])
    for data in ("all", *SETS):
        mine = np.full(len(names), True) if data == "all" else names == data
        for k in DEPTHS:
            for mode in MODES:
                row = {"what": "linked", "data": data, "mode": mode, "k": str(k), "passages": str(passages)}
                row["questions"] = str(int(mine.sum()))
                for metric in ("recall", "all_gold"):
                    own, rival = (columns[one, k, metric][mine] for one in (mode, RIVAL))
                    less = difference(own, rival)
                    row |= shown(metric, mean(own)) | shown(f"{metric} less {RIVAL}", less)
                    row["verdict" if metric == "recall" else f"{metric} verdict"] = less.verdict
                row["milliseconds"] = f"{statistics.median(taken[mode]):.3g}" if data == "all" else ""
                yield row


def shown(name: str, estimate: Estimate) -> dict[str, str]:
    """A value with its interval, as columns."""
    columns = {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return {column: f"{value:.4f}" for column, value in columns.items()}


if __name__ == "__main__":
    main()
