"""Every method of selection on every development set: evidence, answers and time, beside the default.

    python eval/benchmarks/methods.py DATA --cache CACHE --limit 10 [--decoder MODEL --decoder-limit 2]

DATA is the folder of prepared sets. Sets take turns, question by question, and what is measured is kept in CACHE as it
comes: a run that was stopped goes on, and rows are of what there is. Methods that ask a language model run where
``--decoder`` names one, on fewer questions. Differences are paired over the questions that both have seen.
"""

import argparse
import json
import statistics
from collections.abc import Iterator, Mapping
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from excerpt.eval.chains import Compresses, named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.presets import chain_from_config

RATIOS = (0.1, 0.25)
METRICS = ("evidence_recall", "answer_recall")
RIVALS = ("default", "rerank-and-truncate")
PLAIN = (
    "default", "fast", "rerank-and-truncate", "oracle", "acc-rag", "adaptive-k", "beyond-nearest-neighbors", "comi",
    "compact", "dslr", "ecorag", "late-interaction", "ldar", "lexical", "lingoedu", "llmlingua2", "longcodezip",
    "loocomp", "passage-similarity", "qgc", "recomp-extractive", "semantic-compression", "sentinel", "similarity-mix",
    "tcra-llm",
)  # fmt: skip
SELECTORS = (
    "facility-location",
    "marginal-gain",
    "neighbours",
    "novel",
    "ranked-rate",
    "relative-mass",
    "knapsack",
)
DECODED = ("gemfilter", "longllmlingua", "perception-compressor", "selective-context", "specpc")
LONGEST = 40_000  # characters of a question's passages

Seen = dict[tuple[str, str, float], dict[str, Any]]


def main() -> None:
    """Measure what is missing, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10, help="questions of each set")
    parser.add_argument("--decoder", help="directory or name of a causal language model")
    parser.add_argument("--decoder-limit", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "results" / "methods.csv")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    seen = known(given.cache / "methods.jsonl")
    plain = {name: lambda name=name: named_chain(name) for name in PLAIN} | {
        f"evidence, {name}": lambda name=name: with_selector(name) for name in SELECTORS
    }
    decoded = {name: lambda name=name: with_decoder(name, given.decoder) for name in DECODED if given.decoder}
    for chains, limit in ((plain, given.limit), (decoded, given.decoder_limit)):
        made: dict[str, Compresses] = {}
        for question, row in questions(given.data, limit):
            for name, make in chains.items():
                if (name, question, RATIOS[-1]) in seen:
                    continue
                made.setdefault(name, make())
                note(given.cache / "methods.jsonl", seen, name, question, measured(row, made[name]))
            print(question, flush=True)
    command = f"python eval/benchmarks/methods.py DATA --cache CACHE --limit {given.limit}"
    command += (
        f" --decoder SmolLM2-135M-Instruct --decoder-limit {given.decoder_limit}" if given.decoder else ""
    )
    write_rows(given.out, [{**row, **provenance(command)} for row in rows(seen)])


def with_selector(name: str) -> Compresses:
    """The default's units and scores under another selector."""
    return chain_from_config({"stage": [{"unit": "record", "scorer": "evidence", "selector": name}]}, name)


def with_decoder(name: str, decoder: str) -> Compresses:
    """A method that asks a language model, by sentence."""
    key = "decoder" if name in ("gemfilter", "specpc") else "model"
    return chain_from_config({"stage": [{"use": name, key: decoder}]}, name)


def questions(data: Path, limit: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Questions of all development sets in turns, those with very long passages left out."""
    folder = PreparedFolder(data)
    sets = [short(folder, name, limit) for name, split in folder.sets() if split == "dev"]
    for turn in zip_longest(*sets):
        yield from (one for one in turn if one is not None)


def short(folder: PreparedFolder, name: str, limit: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first questions of a set that are not too long."""
    fit = (
        row for row in folder.rows(name, "dev") if sum(len(one["text"]) for one in row["passages"]) <= LONGEST
    )
    for number, row in enumerate(islice(fit, limit)):
        yield f"{name} {number}", row


def measured(row: Mapping[str, Any], chain: Compresses) -> dict[float, dict[str, Any]]:
    """What a chain keeps of one question, at each ratio."""
    table = evaluate([row], {"it": chain}, RATIOS)
    found = {}
    for ratio in RATIOS:
        cell = table.cells["it", ratio]
        kept = cell.tokens[0] if cell.tokens else (1, 0)
        found[ratio] = {
            **{metric: float(cell.column(metric)[0]) for metric in METRICS},
            "milliseconds": cell.milliseconds[0],
            "kept": kept[1] / max(kept[0], 1),
            "errors": cell.errors,
        }
    return found


def known(path: Path) -> Seen:
    """What was measured before."""
    seen: Seen = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            one = json.loads(line)
            seen[one["method"], one["question"], one["ratio"]] = one
    return seen


def note(path: Path, seen: Seen, name: str, question: str, found: Mapping[float, Mapping[str, Any]]) -> None:
    """Keep what was measured, in memory and in the file."""
    with path.open("a", encoding="utf-8") as file:
        for ratio, values in found.items():
            one = {"method": name, "question": question, "ratio": ratio, **values}
            seen[name, question, ratio] = one
            file.write(json.dumps(one) + "\n")


def rows(seen: Seen) -> Iterator[dict[str, str]]:
    """One row for each method and ratio: means over all questions, and paired differences."""
    methods = dict.fromkeys(method for method, _, _ in seen)
    for ratio in RATIOS:
        for method in methods:
            asked = [question for name, question, at in seen if name == method and at == ratio]
            mine = [seen[method, question, ratio] for question in asked]
            row = {
                "what": "methods", "method": method, "ratio": f"{ratio:g}", "questions": str(len(asked)),
                "sets": str(len({question.rpartition(" ")[0] for question in asked})),
                "failed": str(sum(bool(one["errors"]) for one in mine)),
                "kept": f"{np.mean([one['kept'] for one in mine]):.3f}",
            }  # fmt: skip
            for metric in METRICS:
                row |= shown(metric, mean(np.array([one[metric] for one in mine])))
            for rival in RIVALS:
                both = [question for question in asked if (rival, question, ratio) in seen]
                columns = [
                    np.array([seen[name, question, ratio]["evidence_recall"] for question in both])
                    for name in (method, rival)
                ]
                less = difference(*columns)
                row |= shown(f"less {rival}", less) | {f"against {rival}": less.verdict}
                if rival == RIVALS[1]:
                    row["ahead on"] = ahead(both, *columns)
            taken = [one["milliseconds"] for one in mine if one["milliseconds"] == one["milliseconds"]]
            row["milliseconds"] = f"{statistics.median(taken):.4g}" if taken else ""
            yield row


def ahead(asked: list[str], mine: np.ndarray, theirs: np.ndarray) -> str:
    """On how many of the sets the mean is above the rival's by a point or more."""
    names = np.array([question.rpartition(" ")[0] for question in asked])
    count = 0
    for name in dict.fromkeys(names):
        each = (mine - theirs)[names == name]
        each = each[~np.isnan(each)]
        count += len(each) > 0 and float(each.mean()) >= 0.01
    return f"{count} of {len(set(names))}"


def shown(name: str, estimate: Estimate) -> dict[str, str]:
    """A value with its interval, as columns."""
    columns = {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return {column: "" if value != value else f"{value:.4f}" for column, value in columns.items()}  # noqa: PLR0124 - NaN


if __name__ == "__main__":
    main()
