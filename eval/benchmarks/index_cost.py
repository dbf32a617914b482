"""What stored features cost: bytes, build time over the bare forward pass, opening, memory, and what quantising loses.

    python eval/benchmarks/index_cost.py corpus.excerpt CORPUS.jsonl QUESTIONS.jsonl.gz --encode 256 --keep 200

Sizes, opening and memory are those of the index that is given. Builds of the first passages of CORPUS and the bare
pass over the same texts (the encoder alone) take turns, in processor time of one thread, and by the clock on all cores.
``bytes at 5 million passages`` is the measured bytes a passage times five million, and nothing more.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np

from excerpt import Chain
from excerpt.compressors import LLMLingua2
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.compressors.units.piece_words import PieceScores
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models import load_encoder
from excerpt.retrievers import Index
from excerpt.retrievers.store.parts import KEYS
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

TURNS = 3
PLAN = 5_000_000
_COMPACT = "evidence:evidence-ranker-compact"
Figures = Iterator[tuple[str, str, float, str]]
BUILD = """
import sys
from itertools import islice
from excerpt.files.jsonl import read_jsonl
from excerpt.retrievers import Index
from excerpt.retrievers.store.parts import KEYS
from excerpt.retrievers.build.sources import DEFAULT_FEATURES
rows = (value for _, value in islice(read_jsonl(sys.argv[1]), int(sys.argv[3])))
Index.build(rows, sys.argv[2], features=DEFAULT_FEATURES)
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024)
"""


class Steps:
    """Keep probabilities in so many steps (None: as they are), stored on the spot: what does rounding change?"""

    def __init__(self, stage: LLMLingua2, passages: list[Passage], steps: int | None) -> None:
        self.scorer, self.fingerprint, self.steps = stage.scorer, stage.scorer.fingerprint, steps
        self.known = dict(zip(passages, stage.scorer.signals(passages), strict=True))

    def find(self, fingerprint: str, passages: list[Passage]) -> list[Columns | None]:
        """Rounded probabilities under the scorer's own fingerprint, nothing under others."""
        if fingerprint != self.fingerprint:
            return [None] * len(passages)
        return [self._rounded(self.known[passage]) for passage in passages]

    def _rounded(self, pieces: PieceScores) -> Columns:
        if self.steps is not None:
            pieces = pieces._replace(score=np.rint(pieces.score * self.steps) / self.steps)
        return self.scorer.columns(pieces)


def status(field: str) -> float:
    """A line of this process's memory account (Linux), MiB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def sizes(path: Path) -> Figures:
    """Bytes of each part, a passage, and at five million."""
    manifest = Index.open(path).manifest
    total: dict[str, int] = {}
    for part, files in manifest.parts.items():
        total[part.feature] = total.get(part.feature, 0) + sum(seal.bytes for seal in files.files.values())
    whole = sum(total.values()) - total.get(_COMPACT, 0)
    total["all"] = whole
    if _COMPACT in total:
        total["all, with the compact evidence in place"] = whole - total["evidence"] + total[_COMPACT]
    distinct = sum(segment[KEYS].rows for segment in manifest.segments.values())
    yield "passages", "distinct texts", distinct, "passages"
    for name, size in sorted(total.items()):
        yield "size", name, size / manifest.rows, "bytes/passage"
        yield "bytes at 5 million passages", name, size / manifest.rows * PLAN / 1e9, "GB, extrapolated"


def opening(path: Path, questions: list[str]) -> Figures:
    """Time to open and to verify, and memory while serving."""
    times = []
    for _ in range(7):
        started = time.perf_counter()
        Index.open(path)
        times.append(time.perf_counter() - started)
    yield "open", "sizes, small files, samples of large ones", 1000 * statistics.median(times), "ms"
    started = time.perf_counter()
    Index.open(path).verify()
    yield "verify", "every byte", time.perf_counter() - started, "s"
    index = Index.open(path)
    for question in questions:
        index.compress(question, 100, budget=500)
    gc.collect()
    yield "memory", f"serving, after {len(questions)} questions", status("RssAnon"), "MiB, not of files"
    yield "memory", f"serving, after {len(questions)} questions", status("RssFile"), "MiB, of mapped files"


def spent(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    work()
    return time.process_time() - started


def texts_of(rows: list[dict[str, Any]]) -> list[str]:
    """What is embedded of passages."""
    return [f"{row['title']}\n{row['text']}" if row["title"] else row["text"] for row in rows]


def throughput(rows: list[dict[str, Any]], folder: Path) -> Figures:
    """The bare forward pass as a share of a build with vectors, BM25 and the default features."""
    texts = texts_of(rows)
    shares, speeds, clock = [], [], []
    Index.build(rows[:2], folder / "warm", encoder=load_encoder(threads=1), features=["guards"])
    for turn in range(TURNS):
        bare = load_encoder(threads=1)
        bare.encode(["warm"])
        encoder = load_encoder(threads=1)
        features = ["records", "guards", "tokens", EvidenceScore(encoder, load_ranker("evidence-ranker"))]
        encoder.encode(["warm"])
        alone = spent(lambda: bare.encode(texts))  # noqa: B023 - called at once
        target = folder / f"build-{turn}"
        whole = spent(lambda: Index.build(rows, target, encoder=encoder, features=features))  # noqa: B023
        shares.append(alone / whole)
        speeds.append(len(rows) / whole)
        clock.append(_on_all_cores(rows, texts, folder / f"clock-{turn}"))
    yield "build throughput", "share of the bare pass", statistics.median(shares), "median of ratios"
    yield "build throughput", "processor time", statistics.median(speeds), "passages/s, one thread"
    yield (
        "build throughput",
        "share of the bare pass, clock, all cores",
        statistics.median(clock),
        "median of ratios",
    )


def _on_all_cores(rows: list[dict[str, Any]], texts: list[str], target: Path) -> float:
    """The bare pass as a share of a build by the clock, both on every core."""
    bare, encoder = load_encoder(), load_encoder()
    features = ["records", "guards", "tokens", EvidenceScore(encoder, load_ranker("evidence-ranker"))]
    bare.encode(["warm"])
    encoder.encode(["warm"])
    moments = [time.perf_counter()]
    bare.encode(texts)
    moments.append(time.perf_counter())
    Index.build(rows, target, encoder=encoder, features=features)
    moments.append(time.perf_counter())
    return (moments[1] - moments[0]) / (moments[2] - moments[1])


def building(corpus: Path, folder: Path, counts: tuple[int, ...]) -> Figures:
    """The most memory that a process takes while it builds."""
    for count in counts:
        given = [sys.executable, "-P", "-c", BUILD, str(corpus), str(folder / f"memory-{count}"), str(count)]
        run = subprocess.run(given, capture_output=True, text=True, check=True)
        yield "memory", f"building {count} passages, highest", float(run.stdout), "MiB"


def keep(corpus: Path, folder: Path, count: int) -> Figures:
    """What storing keep probabilities in steps would change of LLMLingua-2's choice."""
    rows = [value for _, value in islice(read_jsonl(corpus), count)]
    index = Index.build(rows, folder / "keep", encoder=None, features=["words", "guards"])
    stage = LLMLingua2()
    chain = Chain([stage])
    groups = [list(index)[start : start + 5] for start in range(0, count - 4, 5)]
    ways = {"uint8": 255, "uint16": 65_535, "float32, as stored": None}
    for (name, steps), budget in product(ways.items(), (0.5, 0.1)):
        same, shared = 0, []
        for passages in groups:
            exact = chain.compress("a question", passages, budget=budget)
            found = chain.compress(
                "a question", passages, budget=budget, stored=Steps(stage, passages, steps)
            )
            same += found.text == exact.text
            kept = [
                {
                    (number, at)
                    for number, spans in enumerate(result.context.kept)
                    for span in spans
                    for at in range(*span)
                }
                for result in (exact, found)
            ]
            shared.append(len(kept[0] & kept[1]) / max(len(kept[0]), 1))
        yield (
            "keep probabilities",
            f"{name}, {budget} of the tokens: identical output",
            same / len(groups),
            "share of contexts",
        )
        yield (
            "keep probabilities",
            f"{name}, {budget} of the tokens: kept characters in common",
            statistics.mean(shared),
            "share",
        )
    index.add_features(["keep", "sentence-vectors"])
    for part, files in index.manifest.feature_parts.items():
        size = sum(seal.bytes for seal in files.files.values())
        yield "size of more features", part.feature, size / count, "bytes/passage"


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--encode", type=int, default=256, help="passages of the compared builds")
    parser.add_argument("--keep", type=int, default=200, help="passages of the loss of quantising")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "results" / "index_cost.csv")
    options = parser.parse_args()
    counts = f"--encode {options.encode} --keep {options.keep}"
    command = f"python eval/benchmarks/index_cost.py INDEX CORPUS QUESTIONS {counts}"
    about = provenance(command, ("faiss-cpu", "bm25s", "pyarrow", "numpy", "onnxruntime"))
    count = len(Index.open(options.index))
    asked = [str(row["question"]) for _, row in islice(read_jsonl(options.questions), 50)]
    first = [value for _, value in islice(read_jsonl(options.corpus), options.encode)]
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        for passages, figures in [
            (count, sizes(options.index)),
            (count, opening(options.index, asked)),
            (options.encode, throughput(first, Path(name))),
            (4 * options.encode, building(options.corpus, Path(name), (options.encode, 4 * options.encode))),
            (options.keep, keep(options.corpus, Path(name), options.keep)),
        ]:
            for what, part, value, unit in figures:
                print(what, part, f"{value:.4g}", unit, flush=True)
                row = {"what": what, "part": part, "data": "index_corpus", "passages": str(passages)}
                rows.append({**row, "value": f"{value:.4g}", "unit": unit, **about})
            write_rows(options.out, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
