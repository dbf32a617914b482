"""Approximate search against exact search of the same vectors: recall, time, bytes and building, by number of passages.

    python eval/benchmarks/approximate_search.py corpus.excerpt QUESTIONS.jsonl.gz [...]

The index is one with vectors, such as `excerpt index` makes of the corpus of `eval/benchmarks/index_corpus.py`. The
vectors of every fourth passage, of every second and of all are indexed both ways. Exact search, graph and cells take
turns, question by question. Times are processor time of one thread.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.retrievers import Index
from excerpt.retrievers.dense.approximate import Approximate, Kind, build_approximate
from excerpt.retrievers.dense.exact import search_exact
from excerpt.retrievers.store.generation import open_current

KINDS: tuple[Kind, ...] = ("hnsw", "ivf-pq")
KS = (20, 100)
PARTS = (4, 2, 1)
Rows = Iterator[dict[str, object]]


def built(kind: Kind, vectors: NDArray[Any], folder: Path) -> tuple[Approximate, dict[str, float]]:
    """A FAISS index, and what it cost."""
    path = folder / f"{kind}.faiss"
    started = time.process_time()
    build_approximate(kind, vectors, path)
    cost = {
        "building, s": time.process_time() - started,
        "bytes a passage": path.stat().st_size / len(vectors),
    }
    return Approximate(path, *vectors.shape), cost


def searched(
    found: dict[Kind, Approximate], vectors: NDArray[Any], queries: NDArray[np.float32], k: int
) -> Rows:
    """Recall and time of each, question by question."""
    shared: dict[str, list[float]] = {kind: [] for kind in found}
    times: dict[str, list[float]] = {kind: [] for kind in ("exact", *found)}
    for query in queries:
        started = time.process_time()
        exact = set(search_exact(vectors, query, k)[0].tolist())
        times["exact"].append(time.process_time() - started)
        for kind, index in found.items():
            started = time.process_time()
            rows, _ = index.search(vectors, query, k)
            times[kind].append(time.process_time() - started)
            shared[kind].append(len(exact & set(rows.tolist())) / k)
    for kind in found:
        yield {"what": kind, "k": k, "metric": "recall", "value": round(statistics.mean(shared[kind]), 4)}
    for kind, taken in times.items():
        milliseconds = round(1000 * statistics.median(taken), 3)
        yield {"what": kind, "k": k, "metric": "search, ms, median", "value": milliseconds}


def measured(vectors: NDArray[Any], queries: NDArray[np.float32]) -> Rows:
    """All figures of both ways over some vectors."""
    with tempfile.TemporaryDirectory() as folder:
        found: dict[Kind, Approximate] = {}
        for kind in KINDS:
            found[kind], cost = built(kind, vectors, Path(folder))
            yield from (
                {"what": kind, "metric": name, "value": round(value, 2)} for name, value in cost.items()
            )
        for k in KS:
            yield from searched(found, vectors, queries, k)


def asked(paths: Sequence[Path], count: int) -> list[str]:
    """So many questions, evenly from all files."""
    each = -(-count // len(paths))
    return [
        row["question"] for path in paths for _, (_, row) in zip(range(each), read_jsonl(path), strict=False)
    ]


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=400, help="questions")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "approximate_search.csv"
    )
    options = parser.parse_args()
    generation, index = open_current(options.index), Index.open(options.index)
    if generation.vectors is None:
        parser.error(f"{options.index} has no vectors")
    queries = np.stack([index.encode(question) for question in asked(options.questions, options.count)])
    origin = provenance(
        "python eval/benchmarks/approximate_search.py corpus.excerpt QUESTIONS.jsonl.gz ...",
        ("faiss-cpu", "numpy"),
    )
    rows = []
    for part in PARTS:
        vectors = np.ascontiguousarray(generation.vectors[::part])
        for row in measured(vectors, queries):
            rows.append({"passages": len(vectors), "questions": len(queries), **row, **origin})
            print(rows[-1]["passages"], row, flush=True)
    write_rows(
        options.output,
        [{key: str(row.get(key, "")) for key in ("what", "passages", "k", *rows[-1])} for row in rows],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
