"""Whether xRAG's vectors tell a reader anything: what it finds likely, by what stands in the context.

    python eval/benchmarks/xrag_texts.py DATA -o FOLDER
    excerpt train xrag FOLDER/corpus.jsonl FOLDER/qa.jsonl -o BRIDGE --reader READER ...
    python eval/benchmarks/xrag_proof.py FOLDER BRIDGE --reader READER --out eval/results/xrag.csv

On questions whose passages were in no training: the negative log-likelihood of a token of the passage (asked to restate
it) and of the answer, with nothing in the context, with the passage's vector, with the vector of another passage,
and with the passage itself. Then of the answer where a search over these passages has given ten: text alone against
text and vectors at the same number of the reader's tokens. Each passage and each answer counts once; intervals are
bootstrapped over them. BRIDGE may be a training that is not finished: its newest state is measured.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from xrag_likelihood import CONDITIONS, Item, Measure
from xrag_pictures import CURVE, PAIRS, draw_contexts, draw_curves

from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models.runtime.tensors import read_tensors

_STAGE_OPTIONS = (
    ("epochs", "epochs"),
    ("rate", "learning_rate"),
    ("batch", "batch"),
    ("accumulate", "accumulate"),
    ("tokens", "longest"),
)
_BUDGETS = (60, 120)  # of the reader's tokens, for ten passages
_A_VECTOR = 2  # tokens: the embedding, and what stands between two
_EXAMPLES, _RESTATED = 5, 40
Found = dict[str, dict[str, NDArray[np.float64]]]


class Run:
    """The folder of a training, finished or not."""

    def __init__(self, folder: Path) -> None:
        self.finished = (folder / "training.json").is_file()
        self.bridge = folder if self.finished else folder / "checkpoints" / "bridge"
        said = json.loads((folder / ("training.json" if self.finished else "run.json")).read_text())
        self.recipe = said["recipe"]
        self.steps = dict.fromkeys(("restate", "ask"), (0, 0))
        self.history: list[dict[str, Any]] = said.get("history", [])
        for stage in () if self.finished else self.steps:
            self._read(folder / "checkpoints" / stage / "state.safetensors", stage)

    def _read(self, state: Path, stage: str) -> None:
        if not state.is_file():
            return
        metadata = read_tensors(state, "numpy").metadata
        self.steps[stage] = (int(metadata["step"]), int(metadata["steps"]))
        offset = max((row["step"] for row in self.history), default=0)
        for row in json.loads(metadata["history"]):
            named = {f"{stage} {name}": row[name] for name in CURVE if name in row}
            self.history.append({**row, **named, "step": row["step"] + offset})

    def seen(self, stage: str) -> str:
        """How many examples of a stage were learnt from."""
        if self.finished:
            return "all"
        done, steps = self.steps[stage]
        size = self.recipe[stage]["batch"] * self.recipe[stage]["accumulate"]
        return f"{done * size} ({done} of {steps} steps)" if steps else "0"

    def command(self) -> str:
        """How it was made."""
        recipe = self.recipe
        stages = " ".join(
            f"--{stage}-{option} {recipe[stage][name]:g}"
            for stage in ("restate", "ask")
            for option, name in _STAGE_OPTIONS
        )
        return (
            f"excerpt train xrag FOLDER/corpus.jsonl FOLDER/qa.jsonl -o BRIDGE --reader {Path(recipe['base']).name} "
            f"--prompts {recipe['prompts']} --passages {recipe['passages']} --questions {recipe['questions']} {stages} "
            f"--agreement {recipe['agreement']:g} --seed {recipe['seed']}{' --bf16' if recipe['bf16'] else ''}"
        )


def measured(measure: Measure) -> Found:
    """For passage and answer, for each condition, one likelihood a question."""
    return {
        what: {one: measure.likelihoods(measure.items(what, one)) for one in CONDITIONS}
        for what in ("passage", "answer")
    }


def searched(measure: Measure, budget: int) -> dict[str, NDArray[np.float64]]:
    """The answer's likelihood where a search gave ten passages, for each way to spend a budget."""
    ways: dict[str, list[Item]] = {"text alone": [], "text and vectors": [], "text and wrong vectors": []}
    for row, near in zip(measure.rows, measure.near(), strict=True):
        question, answer = row["question"], row["answers"][0]
        whole = "\n\n".join(measure.texts[place] for place in near)
        rest = tuple(near[1:])  # the best one is text
        room = budget - _A_VECTOR * len(rest)
        part = measure.cut(measure.texts[near[0]], room)
        wrong = tuple(measure.other[place] for place in rest)
        ways["text alone"].append(Item(question, (), measure.cut(whole, budget), answer))
        ways["text and vectors"].append(Item(question, rest, part, answer))
        ways["text and wrong vectors"].append(Item(question, wrong, part, answer))
    return {name: measure.likelihoods(items) for name, items in ways.items()}


def csv_rows(found: Found, common: dict[str, str]) -> list[dict[str, str]]:
    """A row for each condition, and one for each difference."""
    rows = []
    for what, values in found.items():
        pairs = PAIRS if set(CONDITIONS) <= set(values) else [(one, "text alone") for one in list(values)[1:]]
        for condition in values:
            one = mean(values[condition])
            rows.append(_row(what, condition, one, common) | {
                "perplexity": f"{np.exp(one.value):.2f}", "perplexity_low": f"{np.exp(one.low):.2f}",
                "perplexity_high": f"{np.exp(one.high):.2f}",
            })  # fmt: skip
        for left, right in pairs:
            name = f"{left} - {right}"
            rows.append(_row(what, name, difference(values[left], values[right]), common))
    return rows


def _row(what: str, condition: str, one: Estimate, common: dict[str, str]) -> dict[str, str]:
    return {"what": what, "context": condition, "items": str(one.questions), "nll": f"{one.value:.4f}",
            "low": f"{one.low:.4f}", "high": f"{one.high:.4f}"} | common  # fmt: skip


def curve_rows(run: Run, common: dict[str, str]) -> list[dict[str, str]]:
    """The learning curve, as the training measured it on passages and questions that it held out."""
    return [
        {"what": f"curve of {stage}", "context": context, "step": str(row["step"]),
         "nll": f"{row[f'{stage} {context}']:.4f}"} | common
        for row in run.history
        for stage in run.steps
        for context in CURVE
        if f"{stage} {context}" in row
    ]  # fmt: skip


def examples(measure: Measure, found: Found) -> list[dict[str, str]]:
    """What the reader says from a vector alone: five passages, from the one that gains most by it to the least."""
    gain = found["passage"]["wrong vector"] - found["passage"]["right vector"]
    order = np.argsort(-gain, kind="stable")
    places = [int(order[round(at * (len(order) - 1) / (_EXAMPLES - 1))]) for at in range(_EXAMPLES)]
    return [
        {
            "what": "example",
            "context": "right vector",
            "title": measure.rows[place]["passages"][0]["title"],
            "question": measure.rows[place]["question"],
            "answer": measure.rows[place]["answers"][0],
            "restated": " ".join(measure.restated(place, _RESTATED).split()),
            "nll": f"{found['passage']['right vector'][place]:.4f}",
            "gain": f"{gain[place]:.4f}",
            "answer gain": f"{found['answer']['wrong vector'][place] - found['answer']['right vector'][place]:.4f}",
        }
        for place in places
    ]


def chosen_rows(path: Path, limit: int) -> Sequence[dict[str, Any]]:
    """One question a passage, evenly spread over the file."""
    every: dict[str, dict[str, Any]] = {}
    for _, row in read_jsonl(path):
        every.setdefault(row["passages"][0]["text"], row)
    rows = list(every.values())
    return rows[:: max(1, len(rows) // limit)][:limit]


def main() -> None:
    """Measure, write rows and pictures."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("bridge", type=Path)
    arguments.add_argument("--reader", type=Path, help="default: FOLDER/reader")
    arguments.add_argument("--part", choices=["unseen", "choosing"], default="unseen")
    arguments.add_argument("--limit", type=int, default=1000)
    arguments.add_argument("--said", type=int, default=120, help="tokens of a passage that are measured")
    arguments.add_argument("--bf16", action="store_true")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--pictures", type=Path, help="folder for xrag.svg and xrag-curve.svg")
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    run = Run(asked.bridge)
    rows = chosen_rows(asked.folder / f"{asked.part}.jsonl", asked.limit)
    measure = Measure(
        asked.reader or asked.folder / "reader", run.bridge, rows, bf16=asked.bf16, said=asked.said
    )
    common = {
        "data": f"squad, qed and nq_multidoc questions on passages under titles that no training saw ({asked.part})",
        "bridge": run.command(),
        "passages seen": run.seen("restate"),
        "questions seen": run.seen("ask"),
        **provenance(
            f"eval/benchmarks/xrag_proof.py FOLDER BRIDGE --reader READER --part {asked.part} --limit {asked.limit} "
            f"--said {asked.said}{' --bf16' if asked.bf16 else ''}",
            ("torch", "transformers", "onnxruntime", "numpy"),
        ),
    }
    found = measured(measure)
    hybrid = {f"answer, {tokens} tokens": searched(measure, tokens) for tokens in _BUDGETS}
    made = csv_rows(found | hybrid, common)
    made += [row | common for row in examples(measure, found)] + curve_rows(run, common)
    write_rows(asked.out, made)
    for one in made:
        print(
            *(one.get(key, "") for key in ("what", "context", "items", "step", "nll", "low", "high")),
            sep="\t",
        )
    if asked.pictures:
        draw_contexts(found, asked.pictures / "xrag.svg")
        draw_curves(run.history, asked.pictures / "xrag-curve.svg")


if __name__ == "__main__":
    main()
