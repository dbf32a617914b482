"""What one forward pass of the bundled encoder is made of, and what other ways of running it take.

    python eval/benchmarks/encoder_profile.py --float32 FOLDER --rows eval/results/encoder_profile.csv

FOLDER is the same checkpoint as float32 (``excerpt models export CHECKPOINT -o FOLDER --task encoder``); without it
those rows are left out. Shares by operator are ONNX Runtime's own (``SessionOptions.enable_profiling``). All else is
the median ratio over rounds in which every way takes its turn: processor time of one core, and by the clock where two
threads run. A ratio above 1 takes longer than what excerpt does: one unpadded sequence a call, a session a thread.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from excerpt.eval.provenance import provenance
from excerpt.eval.speed.measures import bundled_texts
from excerpt.eval.table import write_rows
from excerpt.models import load_encoder

PASSAGES = 16
LENGTHS = (16, 32, 64, 128, 256)
REPEATS = 30
KINDS = {
    "matrix products with weights (int8)": {"MatMulIntegerToFloat", "DynamicQuantizeMatMul", "MatMulInteger"},
    "quantizing activations": {"QuantizeLinear", "DynamicQuantizeLinear", "ReduceMax", "Abs", "Max"},
    "attention's products": {"MatMul", "FusedMatMul", "Attention", "MultiHeadAttention"},
    "softmax": {"Softmax"},
    "GELU": {"Gelu", "BiasGelu", "FastGelu"},
    "normalising": {"LayerNormalization", "SkipLayerNormalization"},
    "sums and scales": {"Add", "Mul", "Div", "Sub"},
    "copies and shapes": {"Reshape", "Transpose", "Gather", "Cast", "Slice", "Expand", "Shape", "Split", "Concat"},
}  # fmt: skip
Run = Callable[[], object]


def session(path: Path, **settings: Any) -> Any:  # noqa: ANN401 - untyped package
    """A session as excerpt opens one, but for some settings; those with a dot are entries of its configuration."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    for name, value in settings.items():
        if "__" in name:
            options.add_session_config_entry(name.replace("__", "."), value)
        else:
            setattr(options, name, value)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def feeds(one: Any, ids: NDArray[np.int64]) -> dict[str, Any]:  # noqa: ANN401 - untyped package
    """The inputs that a model has, of those that it may have."""
    values = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
        "position_ids": np.arange(ids.shape[1], dtype=np.int64)[None, :],
    }
    return {item.name: values[item.name] for item in one.get_inputs()}


def each(one: Any, sequences: Sequence[Sequence[int]]) -> Run:  # noqa: ANN401 - untyped package
    """Every sequence a call of its own."""
    fed = [feeds(one, np.array([ids], dtype=np.int64)) for ids in sequences]
    return lambda: [one.run(None, feed) for feed in fed]


def spent_in(path: Path, sequence: Sequence[int]) -> Counter[str]:
    """Microseconds in each kind of operator for one sequence: of every node the quickest of `REPEATS` runs.

    The runtime's profile goes by the clock, and on a busy machine most runs of a node are as quick as can be.
    """
    with tempfile.TemporaryDirectory() as folder:
        one = session(path, enable_profiling=True, profile_file_prefix=f"{folder}/profile")
        run = each(one, [sequence] * REPEATS)
        run()
        events = json.loads(Path(one.end_profiling()).read_text(encoding="utf-8"))
    quickest: dict[str, tuple[str, int]] = {}
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            known = quickest.get(event["name"], ("", event["dur"]))[1]
            quickest[event["name"]] = (event["args"]["op_name"], min(known, event["dur"]))
    spent: Counter[str] = Counter()
    for operator, microseconds in quickest.values():
        spent[next((kind for kind, names in KINDS.items() if operator in names), "other")] += microseconds
    return spent


def shares(path: Path, sequence: Sequence[int]) -> dict[str, float]:
    """The share of each kind of operator in the time of all of them."""
    spent = spent_in(path, sequence)
    return {kind: count / spent.total() for kind, count in spent.most_common()}


def by_length(path: Path, sequence: Sequence[int]) -> dict[str, float]:
    """What products with weights take for a token, against sequences of 256 tokens.

    These are what a batch would make longer: with B sequences of n tokens they have B * n rows. What short sequences
    take more than long ones is what batches by length could bring at most.
    """
    ids = [*sequence, *sequence, *sequence][: max(LENGTHS)]
    products, *_ = KINDS
    each_token = {n: spent_in(path, ids[:n])[products] / n for n in LENGTHS}
    return {f"{n} tokens": value / each_token[max(LENGTHS)] for n, value in each_token.items()}


def compared(base: Run, others: dict[str, Run], rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """How many times as long as the base each takes: the median over rounds in which all take turns."""
    found: dict[str, list[float]] = {name: [] for name in others}

    def spent(run: Run) -> float:
        started = clock()
        run()
        return clock() - started

    for run in (base, *others.values()):
        run()
    for _ in range(rounds):
        whole = spent(base)
        for name, run in others.items():
            found[name].append(spent(run) / whole)
    return {name: statistics.median(ratios) for name, ratios in found.items()}


def on_one_core(
    path: Path, texts: Sequence[str], sequences: Sequence[Sequence[int]], float32: Path | None
) -> dict[str, Run]:
    """Other ways that can be compared in processor time."""
    level = onnxruntime.GraphOptimizationLevel
    tokenizer = load_encoder(threads=1).tokenizer
    ways: dict[str, Run] = {
        "tokenizing alone": lambda: tokenizer.ids(texts),
        "tokenizing with places": lambda: (tokenizer.forget(), tokenizer.pieces(texts)),
        "graph optimisation: basic": each(session(path, graph_optimization_level=level.ORT_ENABLE_BASIC), sequences),
        "graph optimisation: none": each(session(path, graph_optimization_level=level.ORT_DISABLE_ALL), sequences),
        "denormals as zero": each(session(path, session__set_denormal_as_zero="1"), sequences),
        "memory pattern on": each(session(path, enable_mem_pattern=True), sequences),
        "no memory arena": each(session(path, enable_cpu_mem_arena=False), sequences),
    }  # fmt: skip
    if float32 is not None:
        ways["float32"] = each(session(float32), sequences)
    return ways


def by_the_clock(path: Path, sequences: Sequence[Sequence[int]], pool: ThreadPoolExecutor) -> dict[str, Run]:
    """Two threads: two sessions, against one whose operators share them."""
    halves = [each(session(path), sequences[start::2]) for start in range(2)]
    return {
        "two threads, a session each": lambda: list(pool.map(lambda run: run(), halves)),
        "one session of two threads": each(session(path, intra_op_num_threads=2), sequences),
        "one session of two threads that sleep": each(
            session(path, intra_op_num_threads=2, session__intra_op__allow_spinning="0"), sequences
        ),
    }


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--float32", type=Path, help="folder of the checkpoint as float32")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--rows", type=Path, default=Path(__file__).parents[1] / "results" / "encoder_profile.csv"
    )
    options = parser.parse_args()
    encoder = load_encoder(threads=1)
    path = encoder.model.path  # type: ignore[attr-defined]  # the bundled one is an ONNX file
    texts = [passage.titled_text for passage in bundled_texts().passages[:PASSAGES]]
    sequences = [encoder.tokenizer.frame(ids) for ids in encoder.tokenizer.ids(texts)]
    float32 = options.float32 and options.float32 / "model.onnx"
    about = provenance("python eval/benchmarks/encoder_profile.py --float32 FOLDER")
    tokens = round(statistics.mean(map(len, sequences)))
    rows: list[dict[str, str]] = []

    def add(what: str, found: dict[str, float], unit: str) -> None:
        for name, value in found.items():
            row = {"what": what, "way": name, "passages": str(len(texts)), "tokens": str(tokens)}
            rows.append({**row, "value": f"{value:.3g}", "unit": unit, **about})
            print(what, name, f"{value:.3g}", unit, flush=True)

    add("operators", shares(path, sequences[0]), "share of the time in operators")
    add("products with weights by length", by_length(path, sequences[0]), "times a token of 256")
    base = each(session(path), sequences)
    ways = on_one_core(path, texts, sequences, float32)
    add("one core", compared(base, ways, options.rounds, time.process_time), "times the processor time")
    with ThreadPoolExecutor(2) as pool:
        clocked = compared(base, by_the_clock(path, sequences, pool), options.rounds, time.perf_counter)
    add("two cores", clocked, "times the clock of one core")
    write_rows(options.rows, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
