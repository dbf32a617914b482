"""Sentinel's encoder proxy: how close it is to torch's attention maps, and what it costs.

Rows of docs/results/sentinel.md.

    python eval/benchmarks/sentinel_encoder.py CHECKPOINT

``CHECKPOINT`` is the original all-MiniLM-L6-v2 directory. Questions and passages are those of the demo. Equality: every
feature of the float export, and of the bundled int8 file, against ``output_attentions=True`` in float32; and the
probability that the bundled probe gives. Time: plain pass, probe pass and a pass that hands out whole maps to be
pooled outside, on one thread, by turns; processor time of the thread, medians over rounds, ratios within a round.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
import transformers
from numpy.typing import NDArray

from excerpt.compressors.units.sentences import split_sentences
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.graph import write_attention_graph
from excerpt.models.attention.probe import Probe
from excerpt.models.attention.protocols import AttentionFeatures, ProbeRequest
from excerpt.models.attention.tokens import token_ranges
from excerpt.models.directories import find_directory
from excerpt.models.export.checkpoint import export_model
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.session import Session

DEMO = Path(__file__).parents[2] / "core" / "demo"
LENGTHS = (64, 128, 256)
ROUNDS = 31
Row = dict[str, object]


def requests() -> list[ProbeRequest]:
    """Every question of the demo on every passage that fits."""
    texts = [row["text"] for _, row in read_jsonl(DEMO / "corpus.jsonl")][:12]
    asked = [row["question"] for _, row in read_jsonl(DEMO / "questions.jsonl")][:6]
    return [
        ProbeRequest(question, text, tuple(split_sentences(text))) for question in asked for text in texts
    ]


class Maps:
    """The same features by torch, from whole attention maps.

    Args:
        checkpoint: The original directory.
        proxy: For its tokenizer.
    """

    def __init__(self, checkpoint: Path, proxy: EncoderProxy) -> None:
        self.tokenizer = proxy.tokenizer
        self.network = transformers.BertModel.from_pretrained(checkpoint, attn_implementation="eager").eval()

    def features(self, request: ProbeRequest) -> AttentionFeatures:
        """One question on one context."""
        question = self.tokenizer.ids([request.question])[0]
        context = self.tokenizer.pieces([request.text])[0]
        ids = [
            *self.tokenizer.prefix,
            *question,
            *self.tokenizer.suffix,
            *context.ids,
            *self.tokenizer.suffix,
        ]
        with torch.inference_mode():
            maps = self.network(torch.tensor([ids]), output_attentions=True).attentions
        begin, count = len(question) + 2, len(context.ids)
        stacked = torch.stack(maps)[:, 0].numpy()
        ranges = token_ranges(context.offsets, request.spans)
        return pooled(stacked, len(question), slice(begin, begin + count), ranges)


def pooled(
    maps: NDArray[np.float32], question: int, context: slice, ranges: NDArray[np.int64]
) -> AttentionFeatures:
    """Features from maps ``(layers, heads, t, t)``."""
    inside = maps[..., : 1 + question, context]
    mass = inside.sum(-1, keepdims=True)
    share = inside / mass
    rows = [slice(1, 1 + question), slice(0, 1)]
    attention = [
        [share[:, :, row, first:last].mean((2, 3)) for row in rows] for first, last in ranges.tolist()
    ]
    masses = [mass[:, :, row, 0].mean(2) for row in rows]
    return AttentionFeatures(
        np.array(attention).reshape(len(ranges), -1),
        np.array(masses).reshape(-1),
        ranges[:, 1] - ranges[:, 0],
        context.stop - context.start,
    )


def equality(checkpoint: Path, folder: Path) -> Iterator[Row]:
    """The float export and the bundled file against torch."""
    export_model(checkpoint, folder / "float", task="encoder")
    write_attention_graph(folder / "float" / "model.onnx")
    bundled = EncoderProxy("all-MiniLM-L6-v2")
    asked = [one for one in requests() if bundled.count([one.text])[0] <= bundled.room(one.question)]
    maps = Maps(checkpoint, bundled)
    truth = [maps.features(one) for one in asked]
    probe = Probe.load("excerpt-sentinel-probe")
    for name, proxy in (("float", EncoderProxy(folder / "float")), ("int8", bundled)):
        ours = proxy.features_many(asked)
        for what, values in differences(ours, truth, probe).items():
            yield {
                "what": f"{name} against torch",
                "metric": what,
                "value": values,
                "unit": "",
                "windows": len(asked),
            }


def differences(
    ours: Sequence[AttentionFeatures], theirs: Sequence[AttentionFeatures], probe: Probe
) -> dict[str, float]:
    """How far apart features, and what the probe makes of them, are."""
    gaps = [
        np.abs(left.attention - right.attention).ravel() for left, right in zip(ours, theirs, strict=True)
    ]
    mass = [np.abs(left.mass - right.mass) for left, right in zip(ours, theirs, strict=True)]
    likely = [
        [probe.probability(one.attention.astype(np.float64) * one.context_tokens, 1) for one in side]
        for side in (ours, theirs)
    ]
    apart = [np.abs(left - right) for left, right in zip(*likely, strict=True)]
    return {
        "attention, largest difference": float(max(gap.max() for gap in gaps)),
        "attention, mean difference": float(np.concatenate(gaps).mean()),
        "attention, mean": float(np.concatenate([one.attention.ravel() for one in theirs]).mean()),
        "mass, largest difference": float(max(gap.max() for gap in mass)),
        "probability, largest difference": float(max(gap.max() for gap in apart)),
        "probability, mean difference": float(np.concatenate(apart).mean()),
    }


def with_maps(folder: Path) -> Path:
    """The bundled encoder with its softmaxes as outputs."""
    model = onnx.load(find_directory("all-MiniLM-L6-v2") / "model.onnx")
    names = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"]
    shape = [1, "heads", "tokens", "tokens"]
    model.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in names
    )
    onnx.save(model, folder / "maps.onnx")
    return folder / "maps.onnx"


def passes(folder: Path, length: int) -> Mapping[str, Callable[[], object]]:
    """The three passes over one window of ``length`` tokens with eight sentences."""
    proxy = EncoderProxy("all-MiniLM-L6-v2", threads=1)
    words = "the man sees a white house and the old river near it while wind blows".split()  # noqa: SIM905 - shorter
    question = "who weighs the grain near the river"
    count = proxy.max_tokens - proxy.room(question)
    text = " ".join(words[index % len(words)] for index in range(length - count))
    edges = np.linspace(0, len(text), 9).astype(int).tolist()
    request = ProbeRequest(question, text, tuple(pairwise(edges)))
    ids = [*proxy.tokenizer.prefix, *proxy.tokenizer.ids([question])[0], *proxy.tokenizer.suffix]
    asked, context = len(ids) - 2, proxy.tokenizer.pieces([text])[0]
    ids += [*context.ids, *proxy.tokenizer.suffix]
    plain = OnnxModel(find_directory("all-MiniLM-L6-v2") / "model.onnx", threads=1)
    whole = Session(with_maps(folder)).opened()
    inside, ranges = slice(asked + 2, len(ids) - 1), token_ranges(context.offsets, request.spans)

    def maps() -> AttentionFeatures:
        outputs = whole.run(None, {"input_ids": np.array([ids])})
        return pooled(np.concatenate(outputs[1:]), asked, inside, ranges)

    found = {"plain": lambda: plain.run([ids]), "probe": lambda: proxy.features_many([request]), "maps": maps}
    assert np.allclose(maps().attention, proxy.features_many([request])[0].attention, atol=1e-5)  # noqa: S101 - a script
    return found


def times(folder: Path) -> Iterator[Row]:
    """Processor time of each pass and ratios to the plain one, by turns."""
    for length in LENGTHS:
        taken: dict[str, list[float]] = {}
        made = passes(folder, length)
        for _ in range(ROUNDS):
            for name, run in made.items():
                start = time.thread_time()
                run()
                taken.setdefault(name, []).append(time.thread_time() - start)
        for name, seconds in taken.items():
            ratio = float(np.median(np.array(seconds) / np.array(taken["plain"])))
            rate = length / float(np.median(seconds))
            shared = {"what": f"{name} pass", "windows": ROUNDS, "tokens": length}
            yield {**shared, "metric": "speed", "value": rate, "unit": "tokens/s"}
            yield {**shared, "metric": "time over plain", "value": ratio, "unit": "ratio"}


def main() -> None:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=Path, help="the original all-MiniLM-L6-v2")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "sentinel_encoder.csv"
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        rows = [*times(Path(scratch)), *equality(given.checkpoint, Path(scratch))]
    origin = provenance(
        "python eval/benchmarks/sentinel_encoder.py CHECKPOINT", ("onnxruntime", "torch", "transformers")
    )
    columns = ("what", "tokens", "metric", "value", "unit", "windows")
    for row in rows:
        row["value"] = f"{row['value']:.4g}"
        print({key: value for key, value in row.items() if value != ""}, flush=True)
    table = [{**{name: row.get(name, "") for name in columns}, **origin} for row in rows]
    write_rows(given.output, [{key: str(value) for key, value in row.items()} for row in table])


if __name__ == "__main__":
    sys.exit(main())
