"""What the evidence ranker loses by quantising its encoder, and by taking layers away.

Rows of docs/results/evidence-ranker.md.

    python eval/benchmarks/encoder_ablation.py FOLDER --checkpoint DIR --cache DIR

Two questions, each with everything else alike:

- *Quantisation*: the shipped trees on signals of the encoder in float32, against the shipped int8 file.
- *Layers*: trees trained anew on the same questions with int8 encoders of fewer layers, the lower ones of
  the same checkpoint. Fewer layers cost proportionally less per passage.

``DIR`` of ``--checkpoint`` is the original all-MiniLM-L6-v2. Features are kept in the cache.
"""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from evidence_ranker import RATIOS, Models, Seen, cached, greedy, scorer, shipped, trained, without
from numpy.typing import NDArray

from excerpt.compressors.scorers.evidence import load_ranker
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.imports.extras import require
from excerpt.models import SentenceEncoder, load_encoder
from excerpt.models.export.checkpoint import export_model

TRAIN = {"hotpotqa": 150, "2wikimultihopqa": 150, "musique": 97, "selqa": 150}
DEV = {"hotpotqa": 100, "2wikimultihopqa": 100, "musique": 38, "selqa": 100, "triviaqa_retrieved": 100}
LAYERS = (6, 4, 3, 2)
Sets: TypeAlias = dict[str, list[Seen]]


class Given(NamedTuple):
    """The command line."""

    folder: Path
    checkpoint: Path
    cache: Path
    output: Path


def arguments() -> Given:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--checkpoint", type=Path, required=True, help="the original encoder")
    parser.add_argument("--cache", type=Path, required=True, help="where features are kept")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "encoder_ablation.csv"
    )
    return Given(**vars(parser.parse_args()))


def lower(checkpoint: Path, layers: int, folder: Path) -> SentenceEncoder:
    """An int8 encoder of the lower layers of a checkpoint."""
    transformers = require("transformers", extra="train", purpose="cutting a checkpoint")
    part, made = folder / f"{layers}-layers", folder / f"{layers}-layers-int8"
    transformers.AutoModel.from_pretrained(checkpoint, num_hidden_layers=layers).save_pretrained(part)
    for path in checkpoint.glob("*token*"):
        (part / path.name).write_bytes(path.read_bytes())
    export_model(part, made, task="encoder", quantization="int8")
    return load_encoder(str(made))


def shares(
    questions: Sequence[Seen], scores: Sequence[NDArray[np.floating]], ratio: float
) -> NDArray[np.float64]:
    """Evidence recall of each question."""
    pairs = zip(questions, scores, strict=True)
    return np.array(
        [
            one.held[greedy(one.cost, estimated, int(ratio * one.total))].sum() / one.needed
            for one, estimated in pairs
        ]
    )


Row = dict[str, object]


def row(what: str, data: str, ratio: float, estimate: Estimate) -> Row:
    """One row but for where it comes from."""
    bounds = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    rounded = {name: round(value, 4) for name, value in bounds.items()}
    print(what, data, ratio, rounded, flush=True)
    start = {"what": what, "data": data, "ratio": ratio, "metric": "evidence_recall"}
    return {**start, **rounded, "questions": estimate.questions}


def shipped_scores(questions: Sequence[Seen]) -> list[NDArray[np.floating]]:
    """What the shipped compressor ranks by."""
    trees = load_ranker("evidence-ranker")
    return [shipped(trees, one) for one in questions]


def quantisation(exact: Sets, int8: Sets) -> Iterator[Row]:
    """The shipped trees on both, question by question, set by set and over all questions."""
    for ratio in RATIOS:
        pairs = {
            name: [shares(version[name], shipped_scores(version[name]), ratio) for version in (exact, int8)]
            for name in int8
        }
        pairs["all"] = [np.concatenate(column) for column in zip(*pairs.values(), strict=True)]
        for name, (left, right) in pairs.items():
            yield row("quantisation: float32", name, ratio, mean(left))
            yield row("quantisation: int8", name, ratio, mean(right))
            yield row("quantisation: float32 less int8", name, ratio, difference(left, right))


def layers(count: int, train: Sets, dev: Sets) -> Iterator[Row]:
    """Trees trained anew."""
    everything = without(("\0",))
    score = scorer(trained(train, everything), everything)
    for name, questions in dev.items():
        for ratio in RATIOS:
            found = mean(shares(questions, [score(one) for one in questions], ratio))
            yield row(f"layers: {count}", name, ratio, found)


def features(
    folder: PreparedFolder, limits: Mapping[str, int], part: str, cache: Path, encoder: SentenceEncoder
) -> Sets:
    """The questions of some sets as one encoder sees them."""
    return {
        name: cached(folder, name, part, limit, cache, models=Models(encoder))
        for name, limit in limits.items()
    }


def main() -> None:
    """Make or read the features, train, measure, write the rows."""
    given = arguments()
    folder = PreparedFolder(given.folder)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        export_model(given.checkpoint, Path(place) / "float", task="encoder")
        exact = load_encoder(str(Path(place) / "float"))
        encoders = {count: lower(given.checkpoint, count, Path(place)) for count in LAYERS[1:]}
        encoders = {LAYERS[0]: load_encoder(), **encoders}
        dev = {
            count: features(folder, DEV, "dev", given.cache / f"int8-{count}", encoder)
            for count, encoder in encoders.items()
        }
        rows += quantisation(features(folder, DEV, "dev", given.cache / "float32", exact), dev[LAYERS[0]])
        for count, encoder in encoders.items():
            train = features(folder, TRAIN, "train", given.cache / f"int8-{count}", encoder)
            rows += layers(count, train, dev[count])
    words = ["FOLDER", "--checkpoint", "DIR", "--cache", "DIR"]
    origin = provenance(shlex.join(["python", "eval/benchmarks/encoder_ablation.py", *words]))
    write_rows(given.output, [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows])


if __name__ == "__main__":
    sys.exit(main())
