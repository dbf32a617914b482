"""Whether xRAG's vectors tell a reader anything: what it finds likely, by what stands in the context.

    python eval/benchmarks/xrag_texts.py DATA -o FOLDER
    python eval/benchmarks/xrag_reader.py FOLDER ...
    excerpt train xrag FOLDER/corpus.jsonl FOLDER/qa.jsonl -o BRIDGE --reader FOLDER/reader --prompts plain ...
    python eval/benchmarks/xrag_proof.py FOLDER BRIDGE --out eval/results/xrag.csv --plot docs/results/xrag.svg

On questions whose passages were in no training: the negative log-likelihood of a token of the passage (asked to restate
it) and of the answer, with nothing in the context, with the passage's vector, with the vector of another passage,
and with the passage itself. Each passage and each answer counts once; intervals are bootstrapped over them.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from excerpt.compressors.vectors.document_vectors import DocumentVectors
from excerpt.eval.metrics.bootstrap import difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.imports.extras import require
from excerpt.models.readers import XragReader
from excerpt.models.training.xrag.loss import answer_logits
from excerpt.models.xrag.injection import injected
from excerpt.models.xrag.loading import load_bridge
from excerpt.values.types import Passage

CONDITIONS = ("nothing", "wrong vector", "right vector", "full text")
_PAIRS = (("right vector", "nothing"), ("right vector", "wrong vector"), ("wrong vector", "nothing"),
          ("full text", "nothing"), ("full text", "right vector"))  # fmt: skip
_SAID = 120  # tokens of a passage that are measured
_STAGE_OPTIONS = (
    ("epochs", "epochs"),
    ("rate", "learning_rate"),
    ("batch", "batch"),
    ("accumulate", "accumulate"),
    ("tokens", "longest"),
)
_SEED = 13  # of who gets whose vector


class Measure:
    """A reader with its bridge, and one vector for each question's passage."""

    def __init__(self, folder: Path, bridge: Path, rows: Sequence[dict[str, Any]]) -> None:
        self.bridge = load_bridge(bridge)
        self.prompts = self.bridge.manifest.prompts
        reader = XragReader(folder / "reader", self.prompts)
        self.bridge.manifest.check_reader(reader.traits)
        self.network = reader._load()[1]  # noqa: SLF001 - likelihoods are no part of a reader's interface
        self.tokenizer, self.mark = reader._marking  # noqa: SLF001 - as above
        passages = [Passage(row["passages"][0]["text"], title=row["passages"][0]["title"]) for row in rows]
        self.texts = [one.titled_text for one in passages]
        vectors = DocumentVectors(self.bridge.manifest.encoder).signals(passages)
        self.vectors = torch.from_numpy(self.bridge.project(np.stack(vectors)))
        order = np.random.default_rng(_SEED).permutation(len(rows))
        self.other = dict(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))

    def likelihood(self, place: int, condition: str, question: str, said: str) -> float:
        """Mean negative log-likelihood of a token of ``said``, in nats."""
        context = {"nothing": "", "full text": self.texts[place]}.get(condition, self.prompts.background(1))
        if question:
            prompt = self.prompts.ask.messages(question, context)[0]["content"]
        else:
            prompt = self.prompts.restate[0].replace("{context}", context)
        before = self.tokenizer(prompt)["input_ids"]
        after = self.tokenizer(f" {said}", add_special_tokens=False)["input_ids"][:_SAID]
        ids = torch.tensor([[*before, *after]])
        labels = torch.tensor([[-100] * len(before) + after])
        which = place if condition == "right vector" else self.other[place]
        vectors = self.vectors[which : which + 1] if "vector" in condition else self.vectors[:0]
        with torch.inference_mode():
            embeddings = injected(self.network.get_input_embeddings(), ids, self.mark, vectors)
            logits = self.network(inputs_embeds=embeddings).logits
        return float(torch.nn.functional.cross_entropy(answer_logits(logits, labels), torch.tensor(after)))


def measured(measure: Measure, rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, NDArray[np.float64]]]:
    """For passage and answer, for each condition, one likelihood a question."""
    return {
        "passage": {
            condition: np.array(
                [measure.likelihood(at, condition, "", text) for at, text in enumerate(measure.texts)]
            )
            for condition in CONDITIONS
        },
        "answer": {
            condition: np.array(
                [
                    measure.likelihood(at, condition, row["question"], row["answers"][0])
                    for at, row in enumerate(rows)
                ]
            )
            for condition in CONDITIONS
        },
    }


def csv_rows(
    found: dict[str, dict[str, NDArray[np.float64]]], common: dict[str, str]
) -> list[dict[str, str]]:
    """A row for each condition, and one for each difference."""
    rows = []
    for what, values in found.items():
        for condition in CONDITIONS:
            one = mean(values[condition])
            rows.append(_row(what, condition, one, common) | {
                "perplexity": f"{np.exp(one.value):.2f}", "perplexity_low": f"{np.exp(one.low):.2f}",
                "perplexity_high": f"{np.exp(one.high):.2f}",
            })  # fmt: skip
        for left, right in _PAIRS:
            name = f"{left} - {right}"
            rows.append(_row(what, name, difference(values[left], values[right]), common))
    return rows


def _row(what: str, condition: str, one: Any, common: dict[str, str]) -> dict[str, str]:  # noqa: ANN401 - an Estimate
    return {"what": what, "context": condition, "items": str(one.questions), "nll": f"{one.value:.4f}",
            "low": f"{one.low:.4f}", "high": f"{one.high:.4f}"} | common  # fmt: skip


def draw(found: dict[str, dict[str, NDArray[np.float64]]], path: Path) -> None:
    """Perplexities, and below them the paired differences that involve a vector, with their intervals."""
    figure = require("matplotlib.figure", extra="plots", purpose="the picture").Figure(
        figsize=(7.5, 4), layout="constrained"
    )
    panels = figure.subplots(2, 2, sharey="row", height_ratios=(4, 3))
    pairs = list(reversed(_PAIRS[:3]))
    for column, (what, values) in enumerate(found.items()):
        above, below = panels[:, column]
        for row, condition in enumerate(reversed(CONDITIONS)):
            one = mean(values[condition])
            _mark(above, row, np.exp([one.low, one.value, one.high]), "C2" if "right" in condition else "0.6")
        above.set_yticks(range(len(CONDITIONS)), list(reversed(CONDITIONS)))
        above.set_xlabel(f"perplexity of the {what}")
        for row, (left, right) in enumerate(pairs):
            one = difference(values[left], values[right])
            _mark(below, row, (one.low, one.value, one.high), "C2" if "right" in left else "0.6")
        below.set_yticks(range(len(pairs)), [f"{left} \N{MINUS SIGN} {right}" for left, right in pairs])
        below.set_xlabel(f"{what}: difference in nats")
        below.axvline(0, color="black", linewidth=0.8)
    path.parent.mkdir(parents=True, exist_ok=True)
    require("matplotlib", extra="plots", purpose="the picture").rcParams["svg.hashsalt"] = "excerpt"
    figure.savefig(path, metadata={"Date": None})


def _mark(axes: Any, row: int, interval: Sequence[float], colour: str) -> None:  # noqa: ANN401 - untyped package
    low, middle, high = interval
    axes.barh(row, middle, color=colour)
    axes.errorbar(middle, row, xerr=[[middle - low], [high - middle]], color="black", capsize=3)


def made_by(folder: Path, bridge: Path) -> dict[str, str]:
    """How reader and bridge were made, as commands that make them again."""
    reader = json.loads((folder / "reader.json").read_text())
    recipe = json.loads((bridge / "training.json").read_text())["recipe"]
    stages = " ".join(
        f"--{stage}-{option} {recipe[stage][name]:g}"
        for stage in ("restate", "ask")
        for option, name in _STAGE_OPTIONS
    )
    return {
        "reader": f"eval/benchmarks/xrag_reader.py FOLDER --weights MINILM --tokens {reader['tokens']:g} "
        f"--rate {reader['rate']:g}",
        "bridge": "excerpt train xrag FOLDER/corpus.jsonl FOLDER/qa.jsonl -o BRIDGE --reader FOLDER/reader "
        f"--prompts {recipe['prompts']} --passages {recipe['passages']} --questions {recipe['questions']} {stages} "
        f"--agreement {recipe['agreement']:g} --seed {recipe['seed']}{' --bf16' if recipe['bf16'] else ''}",
    }


def main() -> None:
    """Measure, write rows and picture."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("bridge", type=Path)
    arguments.add_argument("--part", choices=["unseen", "choosing"], default="unseen")
    arguments.add_argument("--limit", type=int, default=1000)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--plot", type=Path)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    every: dict[str, dict[str, Any]] = {}
    for _, row in read_jsonl(asked.folder / f"{asked.part}.jsonl"):
        every.setdefault(row["passages"][0]["text"], row)  # one question a passage
    rows = list(every.values())
    step = max(1, len(rows) // asked.limit)
    rows = rows[::step][: asked.limit]
    found = measured(Measure(asked.folder, asked.bridge, rows), rows)
    common = {
        "data": f"squad, qed and nq_multidoc questions on passages under titles that no training saw ({asked.part})",
        **made_by(asked.folder, asked.bridge),
        **provenance(
            "eval/benchmarks/xrag_proof.py FOLDER BRIDGE", ("torch", "transformers", "onnxruntime", "numpy")
        ),
    }
    made = csv_rows(found, common)
    write_rows(asked.out, made)
    for one in made:
        print(
            *(one.get(key, "") for key in ("what", "context", "items", "nll", "low", "high", "perplexity")),
            sep="\t",
        )
    if asked.plot:
        draw(found, asked.plot)


if __name__ == "__main__":
    main()
