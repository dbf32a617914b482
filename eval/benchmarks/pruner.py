"""The pruner: alone, on the ranker's survivors, and as features of the ranker. Rows of docs/results/pruner.md.

    python eval/benchmarks/pruner.py data FOLDER -o DIR           # what it is trained on
    python eval/benchmarks/pruner.py measure FOLDER MODEL --cache DIR
    python eval/benchmarks/pruner.py quantised FOLDER MODEL FLOAT --cache DIR
    python eval/benchmarks/pruner.py training RUN...              # what the trainings said

FOLDER holds prepared question sets, MODEL is what `excerpt models export --task token-cross-encoder` wrote. Each is
measured by the same chain: one stage that fills the budget with the best sentences. Weights and trees of the
fusions are fitted on training questions that the pruner was not trained on, of the sets that it was.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pruner_cases import SEEN, UNSEEN, Case, cases, training_rows

from excerpt import Chain
from excerpt.compressors.evidence.links import FEATURES
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import load_ranker
from excerpt.eval import evaluate
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.provenance import provenance
from excerpt.eval.table import Table, write_rows
from excerpt.files.jsonl import dump
from excerpt.models.card import read_json
from excerpt.models.registry import load_token_cross_encoder
from excerpt.models.training.ranker.examples import balanced
from excerpt.models.training.ranker.trees import Trees, TreeSettings, train_trees
from excerpt.values.types import Context, Units

RESULTS = Path(__file__).parents[1] / "results"
RATIOS = (0.1, 0.25)
METRICS = ("evidence_recall", "all_evidence", "answer_recall")
RANKER = "evidence ranker"
TOKEN_COST_WEIGHT = 0.4
FOLDS = 5
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0)
Scores = NDArray[np.float64]
Score = Callable[[Case], Scores]


@dataclass(frozen=True)
class Known:
    """Scores that were made before, by question and place."""

    scores: Mapping[str, Mapping[tuple[int, int], float]]
    name: str = "known"

    def score(self, context: Context, units: Units) -> Scores:
        """One for each unit."""
        by_place = self.scores[context.query]
        places = zip(units.passage.tolist(), units.start.tolist(), strict=True)
        return np.array([by_place[place] for place in places])


def known(given: Sequence[Case], score: Score) -> Known:
    """What a way to score says of some questions."""
    found = {}
    for case in given:
        places = zip(case.units.passage.tolist(), case.units.start.tolist(), strict=True)
        found[case.context.query] = dict(zip(places, score(case).tolist(), strict=True))
    return Known(found)


def log_odds(probabilities: NDArray[np.floating]) -> Scores:
    """Finite at both ends."""
    inside = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))


def thrifty(worth: NDArray[np.floating], case: Case) -> Scores:
    """A ranker's score less what a sentence costs, as `EvidenceScore` has it."""
    return np.asarray(worth, dtype=np.float64) - TOKEN_COST_WEIGHT * np.log(np.maximum(case.tokens, 1))


def column(name: str) -> Score:
    """One of the ranker's features."""
    place = list(FEATURES).index(name)
    return lambda case: case.group.features[:, place].astype(np.float64)


def pruner(case: Case) -> Scores:
    """What `excerpt.compressors.pruner` ranks by."""
    return np.asarray(case.signals[:, 0] * case.signals[:, 1], dtype=np.float64)


def keep_alone(case: Case) -> Scores:
    """Without the passage's relevance."""
    return case.signals[:, 0].astype(np.float64)


def extras(case: Case) -> NDArray[np.float32]:
    """The pruner's signals as features: themselves, and how they stand among the question's sentences."""
    said = np.stack([log_odds(case.signals[:, 0]), log_odds(case.signals[:, 1]), case.signals[:, 2]], axis=1)
    spread = np.maximum(said.std(axis=0), 1e-6)
    ranks = (-said).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return np.concatenate([said, (said - said.mean(axis=0)) / spread, np.log1p(ranks)], axis=1).astype(
        np.float32
    )


def plain(case: Case) -> NDArray[np.float32]:
    """The ranker's features."""
    return case.group.features


def enriched(case: Case) -> NDArray[np.float32]:
    """The ranker's features and the pruner's."""
    return np.concatenate([case.group.features, extras(case)], axis=1)


def fitted(sets: Sequence[Sequence[Case]], table: Callable[[Case], NDArray[np.float32]]) -> Score:
    """A ranker over a table of features, with the evidence ranker's recipe."""
    groups = balanced([[case.group._replace(features=table(case)) for case in cases] for cases in sets])
    names = [f"feature {index}" for index in range(groups[0].features.shape[1])]
    trees: Trees = train_trees(groups, names, TreeSettings())
    return lambda case: thrifty(trees.score(table(case)), case)


def standard(scores: Scores) -> Scores:
    """Mean 0, deviation 1 within a question."""
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-9))


def mixed(left: Score, weight: float) -> Score:
    """A score and the pruner's, each standardised within the question."""
    return lambda case: standard(left(case)) + weight * standard(log_odds(pruner(case)))


def best_weight(sets: Sequence[Sequence[Case]]) -> float:
    """The weight with the best evidence recall over held-out folds, the ranker refitted without each fold."""
    worth = dict.fromkeys(WEIGHTS, 0.0)
    for fold in range(FOLDS):
        rest = [[case for place, case in enumerate(cases) if place % FOLDS != fold] for cases in sets]
        left = [case for cases in sets for place, case in enumerate(cases) if place % FOLDS == fold]
        ranker = fitted(rest, plain)
        chains = {str(weight): chain(known(left, mixed(ranker, weight))) for weight in WEIGHTS}
        table = evaluate([case.row for case in left], chains, RATIOS)
        for weight in WEIGHTS:
            worth[weight] += sum(
                float(np.nanmean(table.cells[str(weight), ratio].column("evidence_recall")))
                for ratio in RATIOS
            )
    print({weight: round(value / FOLDS / len(RATIOS), 4) for weight, value in worth.items()}, flush=True)
    return max(WEIGHTS, key=lambda weight: worth[weight])


def chain(*scorers: Known) -> Chain:
    """Stages that keep the best sentences; all but the last leave twice the budget."""
    return Chain(
        [Extractive(f"stage {place}", "sentence", one, headroom=2.0) for place, one in enumerate(scorers)]
    )


def chains(given: Sequence[Case], ways: Mapping[str, Score]) -> dict[str, Chain]:
    """Every way on its own, and the pruner on what the ranker leaves at twice the budget."""
    scored = {name: known(given, way) for name, way in ways.items()}
    found = {name: chain(one) for name, one in scored.items()}
    found["ranker, then pruner"] = chain(scored[RANKER], scored["pruner"])
    return found


def row(table: Table, name: str, what: str, ratio: float, metric: str) -> dict[str, object]:
    """One number with its interval, and its difference from the ranker's."""
    estimate = next(one for one in table.rows() if (one.chain, one.ratio) == (what, ratio)).estimates[metric]
    against = table.compare(what, RANKER, ratio, metric)
    figures = {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "against ranker": against.value,
    }
    bounds = {"against low": against.low, "against high": against.high}
    return {
        "what": what,
        "data": name,
        "seen": "no" if name in UNSEEN else "yes",
        "ratio": ratio,
        "metric": metric,
        **{key: round(value, 4) for key, value in {**figures, **bounds}.items()},
        "questions": estimate.questions,
    }


def measure(given: argparse.Namespace) -> None:
    """Fit the fusions, measure every way on every development set, write the rows."""
    folder, cross_encoder = PreparedFolder(given.folder), load_token_cross_encoder(given.model)
    fusing = [cases(folder, name, "train", cross_encoder, given.cache) for name in given.sets if name in SEEN]
    ranker = load_ranker("evidence-ranker")
    weight = best_weight(fusing)

    def shipped(case: Case) -> Scores:
        return thrifty(ranker.score(case.group.features), case)

    ways: dict[str, Score] = {
        "BM25 sentences": column("bm25"),
        "embedder sentences": column("cosine"),
        "pruner": pruner,
        "pruner, keep alone": keep_alone,
        RANKER: shipped,
        "ranker and pruner, weighted": mixed(shipped, weight),
        "ranker refitted": fitted(fusing, plain),
        "ranker refitted with pruner": fitted(fusing, enriched),
    }
    rows = []
    for name in given.sets:
        found = cases(folder, name, "dev", cross_encoder, given.cache)
        named = chains(found, ways)
        table = evaluate([case.row for case in found], named, RATIOS)
        new = [
            row(table, name, what, ratio, metric) for what in named for ratio in RATIOS for metric in METRICS
        ]
        rows += [one for one in new if one["questions"]]
        shown = {
            (one["what"], one["ratio"]): one["value"] for one in new if one["metric"] == "evidence_recall"
        }
        print(name, len(found), shown, flush=True)
    rows.append(
        {"what": "weight of the pruner", "data": "training questions", "metric": "weight", "value": weight}
    )
    chosen = "" if len(given.sets) == len(SEEN) + len(UNSEEN) else f" --sets {' '.join(given.sets)}"
    origin = provenance(f"python eval/benchmarks/pruner.py measure FOLDER MODEL --cache DIR{chosen}")
    write_rows(given.output, [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows])


def quantised(given: argparse.Namespace) -> None:
    """Write what quantisation costs: the same chain with the scores of both exports."""
    folder = PreparedFolder(given.folder)
    ways = {}
    for what, model in (("float", given.float), ("int8", given.model)):
        found = cases(folder, given.set, "dev", load_token_cross_encoder(model, threads=1), given.cache)
        ways[what] = chain(known(found, pruner))
    table = evaluate([case.row for case in found], ways, RATIOS)
    rows = []
    for ratio in RATIOS:
        both = [
            next(one for one in table.rows() if (one.chain, one.ratio) == (what, ratio)).estimates
            for what in ways
        ]
        loss = table.compare("int8", "float", ratio)
        values = [one["evidence_recall"].value for one in both] + [loss.value, loss.low, loss.high]
        names = ("float", "int8", "int8 less float", "low", "high")
        rows.append(
            {"data": given.set, "ratio": ratio, "metric": "evidence_recall", "questions": loss.questions}
        )
        rows[-1] |= {name: round(value, 4) for name, value in zip(names, values, strict=True)}
    print(rows)
    origin = provenance("python eval/benchmarks/pruner.py quantised FOLDER MODEL FLOAT --cache DIR")
    write_rows(given.output, [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows])


def training(given: argparse.Namespace) -> None:
    """Write what the trainings measured, and how much they read."""
    rows = []
    for run in given.runs:
        log = read_json(run / "training.json")
        steps = max(one["step"] for one in log["history"])
        figures = {**log["figures"], "steps": steps, "windows read": steps * log["recipe"]["batch"]}
        rows += [{"what": run.name, "metric": name, "value": value} for name, value in figures.items()]
    origin = provenance("python eval/benchmarks/pruner.py training RUN", ("torch", "transformers"))
    write_rows(given.output, [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows])


def write_data(given: argparse.Namespace) -> None:
    """Write the training questions as JSONL."""
    folder = PreparedFolder(given.folder)
    given.output.mkdir(parents=True, exist_ok=True)
    for name in SEEN:
        with (given.output / f"{name}.jsonl").open("wb") as file:
            file.writelines(dump(one) for one in training_rows(folder, name))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    data = commands.add_parser("data", help="write the training questions")
    data.add_argument("folder", type=Path)
    data.add_argument("-o", "--output", type=Path, required=True)
    data.set_defaults(run=write_data)
    numbers = commands.add_parser("measure", help="measure a trained model")
    numbers.add_argument("folder", type=Path)
    numbers.add_argument("model")
    numbers.add_argument("--cache", type=Path, required=True, help="where features and signals are kept")
    numbers.add_argument("--output", type=Path, default=RESULTS / "pruner.csv")
    numbers.set_defaults(run=measure)
    numbers.add_argument("--sets", nargs="+", default=[*SEEN, *UNSEEN], help="which of them; all")
    loss = commands.add_parser("quantised", help="measure what quantisation costs")
    loss.add_argument("folder", type=Path)
    loss.add_argument("model")
    loss.add_argument("float")
    loss.add_argument("--set", default="hotpotqa")
    loss.add_argument("--cache", type=Path, required=True, help="where features and signals are kept")
    loss.add_argument("--output", type=Path, default=RESULTS / "pruner_quantised.csv")
    loss.set_defaults(run=quantised)
    trainings = commands.add_parser("training", help="rows of finished trainings")
    trainings.add_argument("runs", type=Path, nargs="+", help="folders of excerpt train pruner")
    trainings.add_argument("--output", type=Path, default=RESULTS / "pruner_training.csv")
    trainings.set_defaults(run=training)
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    sys.exit(given.run(given))
