"""How close the bundled encoder comes to the original, and what other ways to shrink it would have given.

For every question the sentences of its passages are ranked by cosine, once with sentence-transformers
in float32 and once with each file; the two rankings are compared. Speed is measured in rounds in which
every file takes its turn, and reported as the median and as the median ratio to float in the same round.

Schemes: ``float`` (our export); ``int8`` (the bundled file), ``int8-mixed`` and
``int8-blocks`` (ours, excerpt.models.export.quantize);
ONNX Runtime's dynamic quantisation per tensor and per column, with 8 and with 7 bits, and unsigned. All
of them have 8-bit embedding tables but ``float``.

    python eval/benchmarks/embedder_fidelity.py CHECKPOINT --data DATA --out eval/results/embedder_fidelity.csv

``CHECKPOINT`` is the original all-MiniLM-L6-v2 directory, ``DATA`` a folder of prepared question sets.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer

from excerpt.compressors.units.sentences import split_sentences
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.directories import find_directory
from excerpt.models.export.checkpoint import export_model
from excerpt.models.export.quantize import Quantization, quantize
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.values.vectors import unit_rows

SETS = ("2wikimultihopqa", "hotpotqa", "musique", "selqa", "triviaqa_retrieved", "fairytaleqa", "squad")
ROUNDS = 7
SPEED_TEXTS = 64
MOST_SENTENCES = 60
FEWEST_SENTENCES = 10  # a rank correlation of fewer says little
OURS: tuple[Quantization, ...] = ("int8-mixed", "int8-blocks")
DYNAMIC = {
    "ort-tensor-8bit": {"per_channel": False, "reduce_range": False, "weight_type": QuantType.QInt8},
    "ort-column-8bit": {"per_channel": True, "reduce_range": False, "weight_type": QuantType.QInt8},
    "ort-column-7bit": {"per_channel": True, "reduce_range": True, "weight_type": QuantType.QInt8},
    "ort-column-unsigned": {"per_channel": True, "reduce_range": False, "weight_type": QuantType.QUInt8},
}
Vectors = NDArray[np.float32]


class RankedQuestion(NamedTuple):
    """A question and the sentences that are ranked for it."""

    data: str
    text: str
    sentences: list[str]


def questions(folder: PreparedFolder, each: int) -> list[RankedQuestion]:
    """Up to ``each`` questions of every set, spread over its development part."""
    found = []
    for name in SETS:
        for row in folder.rows(name, "dev", limit=each):
            texts = [passage["text"] for passage in row["passages"]]
            sentences = [text[start:end] for text in texts for start, end in split_sentences(text)]
            if len(sentences) >= FEWEST_SENTENCES:
                found.append(RankedQuestion(name, row["question"], sentences[:MOST_SENTENCES]))
    return found


def files(checkpoint: Path, folder: Path) -> dict[str, Path]:
    """Every scheme's ONNX file."""
    export_model(checkpoint, folder / "float", task="encoder")
    made = {
        "float": folder / "float" / "model.onnx",
        "int8": find_directory("all-MiniLM-L6-v2") / "model.onnx",
    }
    exact = onnx.load(str(made["float"]))
    for scheme in OURS:
        made[scheme] = folder / f"{scheme}.onnx"
        onnx.save(quantize(exact, scheme), str(made[scheme]))
    for name, settings in DYNAMIC.items():
        made[name] = folder / f"{name}.onnx"
        quantize_dynamic(
            made["float"],
            made[name],
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"MatMulConstBOnly": True},
            **settings,
        )
    return made


def encode(model: OnnxModel, ids: Sequence[Sequence[int]]) -> Vectors:
    """Mean-pooled vectors of length one."""
    vectors = np.stack([states.mean(axis=0) for states in model.run(ids)])
    return np.asarray(unit_rows(vectors), dtype=np.float32)


def compared(ours: Vectors, theirs: Vectors) -> tuple[float, float, float, float]:
    """Spearman, largest difference of a cosine, and the shared part of the first 5 and 10."""
    left, right = ours[1:] @ ours[0], theirs[1:] @ theirs[0]
    first, second = np.argsort(-left, kind="stable"), np.argsort(-right, kind="stable")
    shared = [len(np.intersect1d(first[:top], second[:top])) / top for top in (5, 10)]
    return float(spearmanr(left, right).statistic), float(np.abs(left - right).max()), shared[0], shared[1]


def speeds(models: dict[str, OnnxModel], ids: Sequence[Sequence[int]]) -> dict[str, tuple[float, float]]:
    """Tokens a second, and the ratio to float; medians over interleaved rounds."""
    tokens = sum(len(row) for row in ids)
    taken: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            start = time.perf_counter()
            model.run(ids)
            taken[name].append(time.perf_counter() - start)
    exact = np.array(taken["float"])
    return {
        name: (float(np.median(tokens / np.array(times))), float(np.median(exact / np.array(times))))
        for name, times in taken.items()
    }


def rows(asked: list[RankedQuestion], scores: NDArray[np.float64], cosines: Vectors) -> list[dict[str, str]]:
    """One row for each set and one over all."""
    names = np.array([question.data for question in asked])
    found = []
    for data in ("all", *SETS):
        chosen = np.ones(len(asked), dtype=bool) if data == "all" else names == data
        spearman, difference, top5, top10 = scores[chosen].T
        found.append(
            {
                "data": data,
                "questions": str(int(chosen.sum())),
                "sentences": str(
                    sum(len(one.sentences) for one, use in zip(asked, chosen, strict=True) if use)
                ),
                "spearman_mean": f"{spearman.mean():.5f}",
                "spearman_p5": f"{np.quantile(spearman, 0.05):.5f}",
                "spearman_min": f"{spearman.min():.5f}",
                "cosine_difference_max": f"{difference.max():.4f}",
                "top5_agreement": f"{top5.mean():.4f}",
                "top10_agreement": f"{top10.mean():.4f}",
                "vector_cosine_mean": f"{cosines.mean():.5f}" if data == "all" else "",
            }
        )
    return found


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=30, help="of each set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    asked = questions(PreparedFolder(options.data), options.questions)
    texts = [text for question in asked for text in (question.text, *question.sentences)]
    bounds = [0, *accumulate(1 + len(question.sentences) for question in asked)]
    reference = SentenceTransformer(str(options.checkpoint), device="cpu")
    theirs = reference.encode(texts, batch_size=32, show_progress_bar=False)
    tokenizer = Tokenizer.from_directory(options.checkpoint)
    # The reference truncates at 256 tokens; the few longer sentences are cut for ours too.
    ids = [tokenizer.frame(row[:254]) for row in tokenizer.ids(texts)]
    with tempfile.TemporaryDirectory() as folder:
        paths = files(options.checkpoint, Path(folder))
        models = {name: OnnxModel(path, threads=options.threads) for name, path in paths.items()}
        table = []
        for name, model in models.items():
            ours = encode(model, ids)
            scores = [compared(ours[start:end], theirs[start:end]) for start, end in pairwise(bounds)]
            size = {"what": "embedder_fidelity", "scheme": name, "bytes": str(paths[name].stat().st_size)}
            table += [{**size, **row} for row in rows(asked, np.array(scores), (ours * theirs).sum(axis=1))]
            print(name, table[-1 - len(SETS)], flush=True)
        speed = speeds(models, ids[:: max(1, len(ids) // SPEED_TEXTS)][:SPEED_TEXTS])
    command = (
        f"python eval/benchmarks/embedder_fidelity.py CHECKPOINT --data DATA --questions {options.questions}"
    )
    origin = provenance(
        f"{command} --out OUT", ("onnxruntime", "onnx", "torch", "sentence-transformers", "numpy")
    )
    for row in table:
        rate, ratio = speed[row["scheme"]]
        row |= {
            "threads": str(options.threads),
            "tokens_per_second": f"{rate:.0f}",
            "speed_over_float": f"{ratio:.2f}",
        }
    write_rows(options.out, [{**row, **origin} for row in table])
    return 0


if __name__ == "__main__":
    sys.exit(main())
