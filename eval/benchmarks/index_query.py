"""What a question to an index takes, where the time goes, and whether the answer is the same without stored features.

    python eval/benchmarks/index_query.py corpus.excerpt QUESTIONS.jsonl.gz [...] --identity 1000

The index is one that `excerpt index` made, of the corpus of `eval/benchmarks/index_corpus.py`, with the feature
``evidence:evidence-ranker-compact`` beside the default ones. Every question is asked
once. The chain with stored features, the same chain computing them, and the bare encoding of the question take turns,
one after the other for each question; ratios are medians over questions. ``cpu`` rows are processor time of this
process: on a machine that does other work they say more than the clock.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from excerpt import Chain
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker, load_ranker_head
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models import load_encoder
from excerpt.retrievers import Index
from excerpt.retrievers.dense.exact import search_exact
from excerpt.retrievers.store.generation import open_current
from excerpt.values.types import Context, Units

BUDGET = 500
_FULL = "evidence-ranker"
_KEY = ("what", "part", "data", "passages", "k", "ranker")
_IDENTITY_K = 20
FIRST = """
import sys, time
from excerpt.presets import load_chain
from excerpt.retrievers import Index
load_chain("default").compress("a question", ["A text. Another text. A third one."], budget=5)
started = time.perf_counter()
index = Index.open(sys.argv[1])
opened = time.perf_counter()
index.compress(sys.argv[2], int(sys.argv[3]), budget=500)
print(1000 * (opened - started), 1000 * (time.perf_counter() - opened))
"""
Figures = Iterator[tuple[str, str, float, str]]


class Timed:
    """A scorer that remembers how long its last call took."""

    name = "evidence"

    def __init__(self, scorer: EvidenceScore) -> None:
        self.scorer, self.milliseconds = scorer, 0.0
        self.encoder = scorer.encoder

    def score(self, context: Context, units: Units) -> Any:  # noqa: ANN401 - what the scorer gives
        """As the scorer."""
        started = time.perf_counter()
        scores = self.scorer.score(context, units)
        self.milliseconds = 1000 * (time.perf_counter() - started)
        return scores


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Milliseconds."""
    started = clock()
    work()
    return 1000 * (clock() - started)


def asked(paths: Sequence[Path]) -> list[str]:
    """All questions of the files, each once."""
    rows = (row for path in paths for _, row in read_jsonl(path))
    return list(dict.fromkeys(str(row.get("question") or row.get("query")) for row in rows))


def latency(index: Index, chain: Chain, questions: Sequence[str], k: int) -> Figures:
    """The whole call on a warm index."""
    for question in questions[:10]:
        index.compress(question, k, budget=BUDGET, chain=chain)
    wall, cpu = [], []
    for question in questions[10:]:
        before = time.process_time()
        wall.append(timed(lambda: index.compress(question, k, budget=BUDGET, chain=chain)))  # noqa: B023 - called at once
        cpu.append(1000 * (time.process_time() - before))
    for share in (50, 95, 99):
        yield f"latency p{share}", "whole call", float(np.percentile(wall, share)), "ms"
        yield f"cpu p{share}", "whole call", float(np.percentile(cpu, share)), "ms"


def split(index: Index, chain: Chain, scorer: Timed, questions: Sequence[str], k: int) -> Figures:
    """Where the time goes, and how much of what was asked for was stored."""
    parts: dict[str, list[float]] = {}
    for question in questions:
        spent = {"encode": timed(lambda: index.encode(question))}  # noqa: B023 - called at once
        started = time.perf_counter()
        hits = index.search(question, k)  # the encoder remembers the question
        spent["search"] = 1000 * (time.perf_counter() - started)
        started = time.perf_counter()
        result = chain.compress(
            question, [hit.scored() for hit in hits], budget=BUDGET, stored=index.features
        )
        whole = 1000 * (time.perf_counter() - started)
        if not result.report.stages:  # what was found fits in the budget
            continue
        stage = result.report.stages[0]
        spent["score"] = scorer.milliseconds
        spent["select"] = stage.milliseconds - scorer.milliseconds
        spent["render"] = whole - stage.milliseconds
        for found in stage.stored.values():
            parts.setdefault("stored", []).append(found.stored / max(found.asked, 1))
        for name, value in spent.items():
            parts.setdefault(name, []).append(value)
    yield "stored", "share of what stages asked for", statistics.mean(parts.pop("stored")), "share"
    for name, values in parts.items():
        yield "split", name, statistics.median(values), "ms, median"


def ratios(index: Index, chain: Chain, questions: Sequence[str], k: int) -> Figures:
    """Stored, computed and the bare question, taking turns."""
    bare = load_encoder(threads=1)
    bare.encode(["warm"])
    clocks = {"": time.perf_counter, "cpu ": time.process_time}
    for number, (label, clock) in enumerate(clocks.items()):
        faster, over, tokens = [], [], []
        for question in questions[number :: len(clocks)]:
            encoding = timed(lambda: bare.encode([question]), clock)  # noqa: B023 - called at once
            stored = timed(lambda: index.compress(question, k, budget=BUDGET, chain=chain), clock)  # noqa: B023
            passages = [hit.scored() for hit in index.search(question, k)]
            started = clock()
            result = chain.compress(question, passages, budget=BUDGET)
            if not result.report.stages:
                continue
            faster.append(1000 * (clock() - started) / stored)
            over.append(stored / encoding)
            tokens.append(result.tokens_in)
        yield f"{label}computing over stored", "ratio", statistics.median(faster), "median of ratios"
        yield (
            f"{label}stored over encoding the question",
            "ratio",
            statistics.median(over),
            "median of ratios",
        )
        yield "tokens", "retrieved", statistics.mean(tokens), "tokens/question"


def identity(index: Index, chain: Chain, questions: Sequence[str], k: int) -> Figures:
    """The same bytes with and without stored features."""
    same = 0
    for question in questions:
        passages = [hit.scored() for hit in index.search(question, k)]
        found = chain.compress(question, passages, budget=BUDGET, stored=index.features)
        expected = chain.compress(question, passages, budget=BUDGET)
        same += found == expected and found.to_dict() == expected.to_dict()
    yield "identical output", "with and without stored features", same / len(questions), "share"
    yield "identical output", "questions", len(questions), "questions"


def first(path: Path, question: str, k: int) -> Figures:
    """Opening and the first question in a fresh process, with the files out of memory and in it."""
    for state in ("files out of memory", "files in memory"):
        if state == "files out of memory":
            for file in path.rglob("*"):
                if file.is_file():
                    with file.open("rb") as opened:
                        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        run = subprocess.run(
            [sys.executable, "-P", "-c", FIRST, str(path), question, str(k)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        opening, answering = map(float, run.stdout.split())
        yield "open", state, opening, "ms"
        yield "first question", state, answering, "ms"
    for file in path.rglob("*"):
        if file.is_file():  # what follows is about an index in use
            with file.open("rb") as opened:
                while opened.read(1 << 24):
                    pass


def recall(path: Path, index: Index, questions: Sequence[str], k: int) -> Figures:
    """Approximate search against exact search of the same vectors, taking turns."""
    generation = open_current(path)
    if generation.approximate is None or generation.vectors is None:
        return
    shared, costs = [], []
    for question in questions:
        vector = index.encode(question)
        started = time.process_time()
        exact, _ = search_exact(generation.vectors, vector, k)
        middle = time.process_time()
        found, _ = generation.nearest(vector, k)
        costs.append((middle - started, time.process_time() - middle))
        shared.append(len(set(exact.tolist()) & set(found.tolist())) / k)
    yield "recall of approximate search", "against exact search", statistics.mean(shared), "share"
    yield "cpu vector search", "exact", 1000 * statistics.median(cost for cost, _ in costs), "ms, median"
    yield (
        "cpu vector search",
        "approximate",
        1000 * statistics.median(cost for _, cost in costs),
        "ms, median",
    )


def measure(options: argparse.Namespace, index: Index, questions: list[str]) -> Iterator[tuple[int, Figures]]:
    """All figures: number retrieved, and what was measured."""
    encoder = load_encoder(threads=1)
    scorer = Timed(
        EvidenceScore(encoder, load_ranker(options.model), load_ranker_head(options.model, encoder))
    )
    chain = Chain([Extractive("evidence-ranker", "sentence", scorer, headroom=2.0)], name="default")
    index.compress(questions[0], 5, budget=BUDGET, chain=chain)
    plain = Chain([Extractive("evidence-ranker", "sentence", scorer.scorer, headroom=2.0)], name="default")
    needed = 1 + len(options.k) * (1 + 3 * options.questions + options.computed)
    if len(questions) < needed:
        message = f"needs {needed} different questions, and the files have {len(questions)}; give more files"
        raise SystemExit(message)
    at = iter(questions[1:])
    for k in options.k:
        yield k, first(options.index, next(at), k)
        yield k, latency(index, plain, [next(at) for _ in range(options.questions)], k)
        yield k, split(index, chain, scorer, [next(at) for _ in range(options.questions)], k)
        yield k, ratios(index, plain, [next(at) for _ in range(options.computed)], k)
        yield k, recall(options.index, index, [next(at) for _ in range(options.questions)], k)
    if options.identity:
        chosen = questions[options.skip : options.skip + options.identity]
        yield _IDENTITY_K, identity(index, plain, chosen, _IDENTITY_K)


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("sets", type=Path, nargs="+", help="JSONL files with questions")
    parser.add_argument("-k", type=int, nargs="*", default=[20, 100])
    parser.add_argument(
        "--model", default=_FULL, help="the ranker; its rows take the place of its older ones"
    )
    parser.add_argument("--questions", type=int, default=100, help="for each latency")
    parser.add_argument("--computed", type=int, default=20, help="for each ratio")
    parser.add_argument("--identity", type=int, default=1000, help="questions answered twice, k 20")
    parser.add_argument("--skip", type=int, default=0, help="questions before those")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "results" / "index_query.csv")
    options = parser.parse_args()
    index = Index.open(options.index)
    numbers = " ".join(["-k", *map(str, options.k)])
    if options.k:
        numbers += f" --questions {options.questions} --computed {options.computed}"
    command = f"python eval/benchmarks/index_query.py INDEX QUESTIONS {numbers} --identity {options.identity}"
    command += f" --skip {options.skip}" if options.skip else ""
    command += f" --model {options.model}" if options.model != _FULL else ""
    about = provenance(command, ("faiss-cpu", "bm25s", "pyarrow", "numpy", "onnxruntime"))
    rows: list[dict[str, str]] = []
    for k, figures in measure(options, index, asked(options.sets)):
        for what, part, value, unit in figures:
            print(k, what, part, f"{value:.4g}", unit, flush=True)
            row = {
                "what": what,
                "part": part,
                "data": "index_corpus",
                "passages": str(len(index)),
                "k": str(k),
                "ranker": options.model,
            }
            rows.append({**row, "value": f"{value:.4g}", "unit": unit, **about})
        write_rows(options.out, merged_rows(options.out, rows, _KEY))
    return 0


if __name__ == "__main__":
    sys.exit(main())
