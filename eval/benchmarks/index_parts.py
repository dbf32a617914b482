"""Where the time of a question to an index goes, what the first takes, and what was tried: docs/results/speed.md.

    python eval/benchmarks/index_parts.py [--questions 40]

The index and the questions are those of `excerpt bench`. Times are processor time of the calling thread, medians over
questions; each part is without the parts inside of it, so they add up.
"""

import argparse
import functools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from excerpt.compressors.scorers.evidence import load_ranker
from excerpt.compressors.vectors.integer_products import inner_products
from excerpt.eval.provenance import provenance
from excerpt.eval.speed.measures import BUDGET, Texts, bundled_texts
from excerpt.eval.table import write_rows
from excerpt.models import load_encoder
from excerpt.retrievers import Index

RESULTS = Path(__file__).parents[1] / "results" / "index_parts.csv"
FEATURES = ["records", "guards", "tokens", "evidence"]
WHOLE = "the whole call"
PARTS = {
    "excerpt.retrievers.index:Index.encode": "the question's vectors",
    "excerpt.retrievers.index:search": "search",
    "excerpt.retrievers.dense.index_vectors:IndexVectors.find": "what is stored of the passages",
    "excerpt.compressors.evidence_ranker:foreign_language": "the language",
    "excerpt.compressors.extractive:split": "records",
    "excerpt.compressors.evidence.candidates:inner_products": "token states times the question's",
    "excerpt.compressors.scorers.evidence:evidence_features": "other features",
    "excerpt.models.tasks.ranker:TreeRanker.score": "trees",
    "excerpt.run.fit:Room.fill": "the fit to the budget",
    "excerpt.run.result:find_breaches": "what was cut",
    "excerpt.retrievers.index:compress": "the rest of the chain",
}
FIRST = """
import sys, time
started = time.process_time()
from excerpt.retrievers import Index
imported = time.process_time()
index = Index.open(sys.argv[1])
opened = time.process_time()
index.compress(sys.argv[2], int(sys.argv[3]), budget=500)
first = time.process_time()
index.compress(sys.argv[4], int(sys.argv[3]), budget=500)
second = time.process_time()
print(*(1000 * each for each in (imported - started, opened - imported, first - opened, second - first)))
"""


class Stopwatch:
    """Processor time of functions, each without those called inside that are timed too."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._inside = [0.0]

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function under the watch."""

        @functools.wraps(work)
        def watched(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it takes and gives
            started = time.thread_time()
            self._inside.append(0.0)
            try:
                return work(*given, **named)
            finally:
                taken = 1000 * (time.thread_time() - started)
                self.spent[part] = self.spent.get(part, 0.0) + taken - self._inside.pop()
                self._inside[-1] += taken

        return watched

    def watch(self, place: str, part: str) -> None:
        """Put one function, ``"module:name"``, under the watch for good."""
        module, _, name = place.partition(":")
        owner: Any = import_module(module)
        *outer, last = name.split(".")
        for each in outer:
            owner = getattr(owner, each)
        setattr(owner, last, self.timed(part, getattr(owner, last)))


def parts(
    watch: Stopwatch, index: Index, texts: Texts, k: int, questions: int
) -> Iterator[tuple[str, str, float]]:
    """Milliseconds of each part, and of all."""
    asked = watch.timed("the rest", index.compress)
    rows = []
    for question in texts.questions[k : k + questions + 5]:
        watch.spent = {}
        asked(question, k, budget=BUDGET)
        rows.append(watch.spent)
    rows = rows[5:]
    yield "part", WHOLE, statistics.median(sum(row.values()) for row in rows)
    for part in dict.fromkeys(part for row in rows for part in row):
        yield "part", part, statistics.median(row.get(part, 0.0) for row in rows)


def first(path: Path, texts: Texts, k: int, rounds: int) -> Iterator[tuple[str, str, float]]:
    """Import, opening, the first question and the second, each time in a fresh process."""
    names = ("import of the index", "opening", "first question", "second question")
    taken = []
    for number in range(rounds):
        asked = texts.questions[number], texts.questions[-1 - number]
        run = subprocess.run(
            [sys.executable, "-P", "-c", FIRST, str(path), asked[0], str(k), asked[1]],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        taken.append([float(each) for each in run.stdout.split()])
    for name, values in zip(names, zip(*taken, strict=True), strict=True):
        yield "fresh process", name, statistics.median(values)


def in_turns(old: Callable[[], object], new: Callable[[], object], rounds: int = 40) -> float:
    """How many times as long the first takes, the median over turns."""
    found = []
    for _ in range(rounds):
        started = time.process_time()
        old()
        middle = time.process_time()
        new()
        found.append((middle - started) / (time.process_time() - middle))
    return statistics.median(found)


def tried() -> Iterator[tuple[str, str, float]]:
    """What else would do the two largest parts, as times of what does them."""
    rng = np.random.default_rng(3)
    ranker = load_ranker("evidence-ranker")
    rows = rng.normal(size=(900, len(ranker.feature_names))).astype(np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(ranker.path), options)
    name = session.get_inputs()[0].name
    if not np.array_equal(session.run(None, {name: rows})[0].ravel(), ranker.score(rows)):
        message = "ONNX Runtime and numpy disagree on the trees"
        raise SystemExit(message)
    yield (
        "times as long",
        "trees by ONNX Runtime",
        in_turns(lambda: session.run(None, {name: rows}), lambda: ranker.score(rows)),
    )
    left = rng.integers(-127, 128, (13_500, 384)).astype(np.int8)
    right = rng.integers(-127, 128, (12, 384)).astype(np.int8)
    small = right.astype(np.float32)
    for kind in ("signed", "unsigned"):
        model = onnxruntime.InferenceSession(_products(kind).SerializeToString(), options)
        feed = _feed(kind, left, right)
        if not np.array_equal(model.run(None, feed)[0], inner_products(left, small)):
            message = f"ONNX Runtime and numpy disagree on {kind} products"
            raise SystemExit(message)
        yield (
            "times as long",
            f"products by MatMulInteger, {kind} times signed bytes",
            in_turns(
                lambda: model.run(None, _feed(kind, left, right)),  # noqa: B023 - called at once
                lambda: inner_products(left, small),
            ),
        )


def _products(kind: str) -> onnx.ModelProto:
    make, types = onnx.helper, onnx.TensorProto
    first_type = types.INT8 if kind == "signed" else types.UINT8
    takes = [
        make.make_tensor_value_info("left", first_type, [None, 384]),
        make.make_tensor_value_info("right", types.INT8, [384, None]),
        make.make_tensor_value_info("zero", first_type, []),
    ]
    gives = [make.make_tensor_value_info("products", types.INT32, [None, None])]
    node = make.make_node("MatMulInteger", ["left", "right", "zero"], ["products"])
    graph = make.make_graph([node], "products", takes, gives)
    return make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=9)


def _feed(kind: str, left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> dict[str, Any]:
    signed = kind == "signed"
    shifted = left if signed else left.view(np.uint8) ^ np.uint8(128)
    zero = np.array(0, dtype=np.int8) if signed else np.array(128, dtype=np.uint8)
    return {"left": shifted, "right": np.ascontiguousarray(right.T), "zero": zero}


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=40, help="for each k")
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for each k")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    texts = bundled_texts()
    command = (
        f"python eval/benchmarks/index_parts.py --questions {options.questions} --rounds {options.rounds}"
    )
    about = provenance(command, ("faiss-cpu", "bm25s", "pyarrow", "numpy", "onnxruntime"))
    rows: list[dict[str, str]] = []

    def keep(k: int | str, found: Iterator[tuple[str, str, float]]) -> None:
        for what, part, value in found:
            print(k, what, part, f"{value:.3g}", flush=True)
            unit = "times" if what == "times as long" else "ms"
            rows.append(
                {"what": what, "part": part, "k": str(k), "value": f"{value:.3g}", "unit": unit, **about}
            )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "asked.excerpt")
        index = Index.build(texts.passages, path, encoder=load_encoder(), features=FEATURES)
        keep("", tried())
        for k in (20, 100):
            keep(k, first(path, texts, k, options.rounds))
        watch = Stopwatch()  # last, since what is watched stays so
        for place, part in PARTS.items():
            watch.watch(place, part)
        for k in (20, 100):
            keep(k, parts(watch, index, texts, k, options.questions))
    write_rows(options.out, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
