"""Train the lexical ranker's table, and measure each domain with a table that never saw it.

    python eval/benchmarks/lexical_ranker.py FOLDER --weights compressors/terms/weights.json    # the table
    python eval/benchmarks/lexical_ranker.py FOLDER                                             # the rows

Trains on the training splits, rows of Loghub left out. Boosted stumps, so the sum of all trees is a step function of
each feature (LightGBM, LambdaMART). Rows are from the development splits: units are bought best first as long as
their tokens fit, which leaves out what a chain's fit adds (separators, parents, the best part of what does not fit).
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from excerpt.compressors import Guards
from excerpt.compressors.scorers.bm25 import Bm25
from excerpt.compressors.terms.additive import AdditiveModel
from excerpt.compressors.terms.candidates import Candidates
from excerpt.compressors.terms.links import FEATURES, lexical_features
from excerpt.compressors.units.splitting import split
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.bootstrap import mean
from excerpt.eval.metrics.scores import characters
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.tokens import resolve_tokenizer
from excerpt.values.spans import intersect
from excerpt.values.types import Context

DOMAINS: Mapping[str, Sequence[str]] = {
    "multi-hop": ("hotpotqa", "hotpotqa_fullwiki", "2wikimultihopqa", "musique"),
    "encyclopedia": ("nq_multidoc", "qed", "squad", "selqa", "triviaqa_retrieved"),
    "stories": ("fairytaleqa",),
    "tables": ("wikitablequestions", "fetaqa", "aitqa", "machine_csv"),
    "JSON": ("machine_json", "machine_locks"),
    "settings": ("machine_config",),
    "code": ("machine_code",),
    "logs": ("machine_logs", "machine_commands", "machine_tracebacks"),
    "chats": ("molweni",),
    "contracts": ("contractnli",),
    "manuals": ("tldr",),
    "languages": ("faquad", "cmrc2018"),
}
RATIOS = (0.05, 0.1, 0.25)
LENGTH_WEIGHT = 0.4
# A question of these has hundreds of passages: fewer questions say as much per minute.
LONG = {"fairytaleqa": 60, "squad": 30}
KEY = ("data", "trained", "ratio")
BOOSTING = {
    "objective": "lambdarank",
    "num_leaves": 2,
    "learning_rate": 0.1,
    "min_data_in_leaf": 60,
    "lambda_l2": 5.0,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambdarank_truncation_level": 15,
    "max_bin": 32,
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
}


@dataclass
class Example:
    """One question: what is known of its units, and which of them are evidence."""

    columns: dict[str, NDArray[np.float32]]
    bm25: NDArray[np.floating]
    evidence: NDArray[np.int64]
    size: NDArray[np.int64]
    cost: NDArray[np.int64]
    needed: int
    tokens: int

    @property
    def wanted(self) -> NDArray[np.bool_]:
        """Units a third of which is evidence, or that hold a third of it."""
        return (self.evidence > 0.3 * self.size) | (self.evidence > 0.3 * self.needed)

    def recall(self, scores: NDArray[np.floating], ratio: float) -> float:
        """Share of the evidence's characters that is bought."""
        left, got = ratio * self.tokens, 0
        for index in np.argsort(-scores, kind="stable").tolist():
            if self.cost[index] <= left:
                left -= self.cost[index]
                got += self.evidence[index]
        return float(got / self.needed)


def example(row: Mapping[str, Any], *, compared: bool) -> Example | None:
    """A question's example, with BM25's scores to compare with; None where it has no evidence."""
    question = Question.of(row, str(row.get("id")))
    if not any(question.evidence):
        return None
    counter = resolve_tokenizer("bundled")
    context = Context.start(question.query, question.passages)
    units = split("record", context, Guards())
    present, own = units.by_present()
    candidates = Candidates(question.query, [question.passages[index] for index in present], own)
    texts = units.texts(question.passages)
    spans = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    evidence = [
        characters(question.passages[index].text, intersect([(start, end)], question.evidence[index]))
        for index, start, end in spans
    ]
    whole = [
        characters(passage.text, held)
        for passage, held in zip(question.passages, question.evidence, strict=True)
    ]
    return Example(
        lexical_features(candidates),
        Bm25().score(context, units) if compared else np.zeros(len(units)),
        np.array(evidence),
        np.array([characters(text, [(0, len(text))]) for text in texts]),
        np.array([counter.count(text) for text in texts]),
        sum(whole),
        sum(counter.count(passage.text) for passage in question.passages),
    )


def examples(folder: PreparedFolder, name: str, split_name: str, limit: int) -> list[Example]:
    """Examples of a set; none of Loghub for training."""
    training, limit = split_name == "train", min(limit, LONG.get(name, limit))
    rows: Iterable[Mapping[str, Any]] = folder.rows(
        name, split_name, limit=None if name == "machine_logs" else limit
    )
    if training:
        rows = [row for row in rows if not str(row.get("meta", {}).get("source", "")).startswith("loghub")][
            :limit
        ]
    elif name == "machine_logs":
        rows = list(rows)[:limit]
    return [
        found
        for row in rows
        if (found := example(row, compared=not training)) is not None and len(found.cost) > 1
    ]


def fit(sets: Mapping[str, list[Example]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """The table: step functions of the features, every set weighing about alike."""
    useful = [
        (one, 1 / np.sqrt(len(found)))
        for found in sets.values()
        for one in found
        if one.wanted.any() and not one.wanted.all()
    ]
    features = np.concatenate(
        [np.stack([one.columns[name] for name in FEATURES], axis=1) for one, _ in useful]
    )
    data = lightgbm.Dataset(
        features,
        np.concatenate([one.wanted for one, _ in useful]).astype(int),
        weight=np.concatenate([np.full(len(one.cost), weight) for one, weight in useful]),
        group=[len(one.cost) for one, _ in useful],
        feature_name=[name.replace(".", "_") for name in FEATURES],
    )
    return table(lightgbm.train(BOOSTING, data, rounds))


def table(model: lightgbm.Booster) -> dict[str, dict[str, list[float]]]:
    """Stumps summed by feature."""
    steps: dict[str, dict[float, float]] = {}
    first: dict[str, float] = {}
    names = list(FEATURES)
    for tree in model.dump_model()["tree_info"]:
        root = tree["tree_structure"]
        if "split_feature" not in root:
            continue  # nothing was left to gain
        name = names[root["split_feature"]]
        left, right = root["left_child"]["leaf_value"], root["right_child"]["leaf_value"]
        edge = float(f"{root['threshold']:.6g}")
        first[name] = first.get(name, 0.0) + left
        own = steps.setdefault(name, {})
        own[edge] = own.get(edge, 0.0) + right - left
    found = {}
    for name in names:
        if name in steps:
            edges = sorted(steps[name])
            values = np.cumsum([first[name], *(steps[name][edge] for edge in edges)])
            found[name] = {"edges": edges, "values": [round(value, 4) for value in values.tolist()]}
    return found


def rows_of(
    domain: str, name: str, found: Sequence[Example], scorers: Mapping[str, Any]
) -> list[dict[str, str]]:
    """One row for each scorer and ratio."""
    rows = []
    for trained, scores in scorers.items():
        for ratio in RATIOS:
            estimate = mean(np.array([one.recall(scores(one), ratio) for one in found]))
            rows.append(
                {
                    "what": "lexical-ranker",
                    "domain": domain,
                    "data": name,
                    "split": "dev",
                    "trained": trained,
                    "ratio": f"{ratio:g}",
                    "evidence_recall": f"{estimate.value:.4f}",
                    "evidence_recall_low": f"{estimate.low:.4f}",
                    "evidence_recall_high": f"{estimate.high:.4f}",
                    "questions": str(estimate.questions),
                }
            )
            print(name, trained, ratio, f"{estimate.value:.3f}", flush=True)
    return rows


def scorer(weights: Mapping[str, Mapping[str, Any]]) -> Any:  # noqa: ANN401 - a function of an example
    """What ranks an example's units by a table."""
    model = AdditiveModel.of(weights, "trained")
    return lambda one: model.score(one.columns) - LENGTH_WEIGHT * np.log(one.size)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--weights", type=Path, help="write the table here and measure nothing")
    parser.add_argument("--limit", type=int, default=120, help="training questions a set")
    parser.add_argument("--measured", type=int, default=40, help="development questions a set")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "lexical_ranker.csv"
    )
    return parser.parse_args()


def made_by() -> dict[str, str]:
    """What a reader needs to run it again."""
    words = ["FOLDER", *sys.argv[2:]]
    for name in ("--output", "--weights"):
        if name in words:
            words[words.index(name) + 1] = Path(words[words.index(name) + 1]).name
    return provenance(
        shlex.join(["python", "eval/benchmarks/lexical_ranker.py", *words]), ("numpy", "lightgbm")
    )


def main() -> None:
    """Train the table, or measure."""
    given = arguments()
    folder = PreparedFolder(given.folder)
    names = [name for sets in DOMAINS.values() for name in sets]
    training = {name: examples(folder, name, "train", given.limit) for name in names}
    everything = fit(training, given.rounds)
    around = made_by()
    if given.weights:
        about = {key: around[key] for key in ("date", "command")}
        body = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in everything.items())
        text = f'{{\n  "made": {json.dumps(about)},\n  "features": {{\n{body}\n  }}\n}}\n'
        given.weights.write_text(text, encoding="utf-8")
        return
    for domain, sets in DOMAINS.items():
        rest = fit({name: found for name, found in training.items() if name not in sets}, given.rounds)
        scorers = {
            "bm25": lambda one: one.bm25,
            "all": scorer(everything),
            "without its domain": scorer(rest),
        }
        rows = [
            {**row, **around}
            for name in sets
            for row in rows_of(domain, name, examples(folder, name, "dev", given.measured), scorers)
        ]
        write_rows(given.output, merged_rows(given.output, rows, KEY))


if __name__ == "__main__":
    main()
