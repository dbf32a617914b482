"""What an index costs: building, size, memory, opening, searching; and how much of its neighbours a graph finds.

    python eval/benchmarks/index_build.py CORPUS.jsonl.gz --passages 5000 25000 --encode 300

CORPUS has one passage a line and is repeated, with altered ids and a number in each text, where it is shorter than
asked for. To measure the index and not the model, vectors come from a stand-in: words hashed into 384 dimensions.
The rows called ``overhead`` use the bundled model, and compare a build with the bare forward pass in one run,
taking turns; the ratio is the median over the turns.
"""

import argparse
import hashlib
import itertools
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models import load_encoder
from excerpt.retrievers import Index

QUERIES = 100
TURNS = 5
K = 50


class Stand:
    """Words hashed into 384 dimensions: fast, and near texts get near vectors."""

    name, dim, fingerprint = "stand-in", 384, "stand-in-384"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, float32 ``(n, 384)``."""
        return np.stack(
            [sum((_word(word) for word in text.split()), np.zeros(384, np.float32)) for text in texts]
        )


@lru_cache(maxsize=200_000)
def _word(word: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.casefold().encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(384).astype(np.float32)


def corpus(path: Path, count: int) -> Iterator[dict[str, Any]]:
    """So many passages, read again from the start as often as needed."""
    rows = itertools.chain.from_iterable((value for _, value in read_jsonl(path)) for _ in itertools.count())
    for number, row in enumerate(itertools.islice(rows, count)):
        yield {"id": f"{number}", "title": row.get("title") or "", "text": f"{row['text']} {number}."}


def questions(path: Path) -> list[str]:
    """The first words of passages spread over the corpus."""
    texts = [value["text"] for _, value in read_jsonl(path)]
    return [" ".join(text.split()[2:12]) for text in texts[:: max(1, len(texts) // QUERIES)]][:QUERIES]


def peak_mib() -> float:
    """The highest resident memory of this process so far (Linux); mapped files count while they are in memory."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def timed(function: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def build(source: Path, target: Path, count: int, dense: str) -> dict[str, float]:
    """Build an index in a process of its own; seconds by step, and the memory."""
    at: dict[str, float] = {}
    before = peak_mib()
    started = time.perf_counter()
    Index.build(
        corpus(source, count),
        target,
        encoder=Stand(),
        dense=dense,  # type: ignore[arg-type]  # the command line's choice
        progress=lambda step, _done, _total: at.__setitem__(step, time.perf_counter() - started),
    )
    return {**at, "total": time.perf_counter() - started, "memory": peak_mib() - before}


def search(source: Path, target: Path) -> dict[str, float]:
    """Open an index in a process of its own; milliseconds to open and to search, and the memory."""
    before = peak_mib()
    index = Index.open(target, encoder=Stand())
    opened = statistics.median(timed(lambda: Index.open(target)) for _ in range(9))
    found = {"open": 1000 * opened}
    asked = questions(source)
    index.encode(" ".join(asked))
    for mode in ("dense", "lexical", "fused"):
        times = [timed(lambda: index.search(question, K, mode=mode)) for question in asked]  # type: ignore[arg-type]  # noqa: B023 - called at once
        found[mode] = 1000 * statistics.median(times)
    return {**found, "memory": peak_mib() - before}


def compare(source: Path, exact: Path, graph: Path) -> dict[str, float]:
    """Exact and approximate search of vectors, taking turns: recall, and how many times faster the graph is."""
    indexes = [Index.open(target, encoder=Stand()) for target in (exact, graph)]
    shared, faster = [], []
    for question in [*questions(source)[:5], *questions(source)]:  # the first five touch the files
        found, took = [], []
        for index in indexes:
            started = time.perf_counter()
            found.append({hit.row for hit in index.search(question, K, mode="dense")})
            took.append(time.perf_counter() - started)
        shared.append(len(found[0] & found[1]) / len(found[0]))
        faster.append(took[0] / took[1])
    return {"recall": statistics.mean(shared[5:]), "speedup": statistics.median(faster[5:])}


def apart(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - what the function gives
    """Call in a fresh process, so that memory is the call's own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def measure(source: Path, folder: Path, count: int) -> Iterator[tuple[str, str, float, str]]:
    """All figures of one size: what, kind of search, value, unit."""
    for dense in ("exact", "hnsw"):
        target = folder / f"{dense}-{count}"
        cost = apart(build, source, target, count, dense)
        yield "build", dense, cost["total"], "s"
        yield "build_passages", dense, cost["passages"], "s"
        yield "build_words", dense, cost["words"] - cost["passages"], "s"
        if "neighbours" in cost:
            yield "build_graph", dense, cost["neighbours"] - cost["words"], "s"
        yield "build_memory", dense, cost["memory"], "MiB"
        (generation,) = target.glob("generation-*")
        for name in sorted(file.name for file in generation.iterdir()):
            yield f"size {name}", dense, (generation / name).stat().st_size / count, "bytes/passage"
        for name, value in apart(search, source, target).items():
            yield f"search_{name}", dense, value, "MiB" if name == "memory" else "ms"
    pair = apart(compare, source, *(folder / f"{dense}-{count}" for dense in ("exact", "hnsw")))
    yield f"recall_at_{K}", "hnsw", pair["recall"], "share"
    yield "speedup_over_exact", "hnsw", pair["speedup"], "median of ratios"


def overhead(source: Path, folder: Path, count: int) -> Iterator[tuple[str, str, float, str]]:
    """The time of a build as a multiple of encoding the same texts by the bundled model."""
    passages = list(corpus(source, count))
    texts = [
        f"{passage['title']}\n{passage['text']}" if passage["title"] else passage["text"]
        for passage in passages
    ]
    encoder = load_encoder()
    encoder.encode(texts[:8])
    pairs = []
    for turn in range(TURNS):
        bare = timed(lambda: [encoder.encode(texts[at : at + 256]) for at in range(0, count, 256)])
        whole = timed(lambda: Index.build(passages, folder / f"overhead-{turn}", encoder=encoder))  # noqa: B023 - called at once
        pairs.append((bare, whole))
    yield "overhead", "exact", statistics.median(whole / bare for bare, whole in pairs), "median of ratios"
    yield "encode_throughput", "exact", count / statistics.median(bare for bare, _ in pairs), "passages/s"


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--passages", type=int, nargs="*", default=[5000, 25_000])
    parser.add_argument("--encode", type=int, default=300, help="passages for the comparison with the model")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "results" / "index_build.csv")
    options = parser.parse_args()
    sizes = " ".join(map(str, options.passages))
    command = f"python eval/benchmarks/index_build.py CORPUS --passages {sizes} --encode {options.encode}"
    about = provenance(command, ("faiss-cpu", "bm25s", "pyarrow", "numpy", "onnxruntime"))
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        for count, figures in [
            (options.encode, overhead(options.corpus, Path(name), options.encode)),
            *((count, measure(options.corpus, Path(name), count)) for count in options.passages),
        ]:
            for what, dense, value, unit in figures:
                row = {"what": what, "data": options.corpus.name, "passages": str(count), "dense": dense}
                rows.append({**row, "value": f"{value:.4g}", "unit": unit, **about})
                print(count, dense, what, f"{value:.4g}", unit, flush=True)
    write_rows(options.out, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
