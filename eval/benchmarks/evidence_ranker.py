"""The evidence ranker beside plain signals and the oracle, and without parts of it; and the shipped weights.

Rows of docs/results/evidence-ranker.md.

    python eval/benchmarks/evidence_ranker.py FOLDER --cache DIR                   # the rows
    python eval/benchmarks/evidence_ranker.py FOLDER --cache DIR --write RANKER    # a ranker of all sets into a folder

Either way ``--before FILE`` names the ``ranker.onnx`` that trees add to: the shipped one adds to the trees that were
trained on 3,138 questions on prose (the parent of commit 6fb300e has them).

What the encoder makes and the features of a question are made once and kept in the cache. Kept records are chosen
greedily on their own token counts; what the chain adds (parents, separators, parts of what does not fit) is measured by
``evidence_ranker_chains.py``, and so are rankers that never saw a kind of text. The oracle is the exact knapsack over
whole records. With ``--parts`` only these groups of features are left out, each by a ranker trained without it and
without earlier trees. Means are over sets, questions drawn anew within each; differences are paired.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from evidence_ranker_signals import DEV, PROSE, PROSE_WEIGHT, TRAIN, SignalFile, chosen
from numpy.typing import NDArray

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.links import FEATURES, evidence_features
from excerpt.compressors.evidence.question import QuestionSignals
from excerpt.compressors.evidence.signals import PassageSignals, TokenHead, passage_signals
from excerpt.compressors.evidence.structure import FORMS
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.splitting import split
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean, mean_of_sets
from excerpt.eval.oracle import knapsack
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models import SentenceEncoder, load_encoder
from excerpt.models.card import file_sha256
from excerpt.models.registry import load_head
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.common.questions import relevance
from excerpt.models.training.ranker.examples import UNIT, RankingGroup, balanced
from excerpt.models.training.ranker.recipe import train_ranker
from excerpt.models.training.ranker.trees import Trees, TreeSettings, train_trees
from excerpt.tokens import resolve_tokenizer
from excerpt.values.coerce import to_passages
from excerpt.values.spans import intersect, total_length
from excerpt.values.types import Context, Passage

RATIOS = (0.05, 0.1, 0.25)
PLAIN = {
    "bm25": "BM25 of records",
    "cosine": "embedder, records",
    "passage.cosine": "embedder, passages",
    "blend": "plain blend of the matches",
}
FORM_GROUP = (*FORMS, "cell.best", "pairs.rare")
GROUPS = {
    "links": ("lead.", "named.", "names.", "shared.", "like.", "with.", "missing."),
    "late interaction": ("maxsim", "passage.maxsim", "weakest", "missing.maxsim", "missing.all"),
    "forms": FORM_GROUP,
}
TOKEN_COST_WEIGHT = 0.4
ALONE = "without earlier trees"
PROSE_SETS = "mean of prose"
KINDS = (PROSE_SETS, "mean of others")


class Seen(NamedTuple):
    """One question as the experiments need it."""

    group: RankingGroup
    cost: NDArray[np.int64]
    held: NDArray[np.int64]
    total: int
    needed: int


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where features are kept")
    parser.add_argument("--write", type=Path, help="a folder for a ranker of all sets, in the place of rows")
    parser.add_argument("--before", type=Path, help="the ranker.onnx that all trees add to")
    parser.add_argument("--parts", nargs="*", default=list(GROUPS), choices=list(GROUPS))
    parser.add_argument("--head", default="", help="a late-interaction head that it is to compare vectors of")
    parser.add_argument("--sets", nargs="*", default=list(TRAIN), help="what that ranker is trained on")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "evidence_ranker.csv"
    )
    return parser.parse_args()


class Models(NamedTuple):
    """What makes the signals."""

    encoder: SentenceEncoder
    head: TokenHead | None = None


def seen(
    rows: Iterable[Mapping[str, Any]],
    name: str,
    models: Models,
    signals: Callable[[Sequence[Passage]], list[PassageSignals]],
) -> list[Seen]:
    """Those of the questions that have evidence."""
    counter = resolve_tokenizer("bundled")
    found = []
    for number, row in enumerate(rows):
        question = Question.of(row, f"{name}, question {number}")
        context = Context.start(question.query, to_passages(row["passages"], name))
        units = split(UNIT, context, Guards())
        if not any(question.evidence) or not len(units):
            continue
        columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
        held = [
            total_length(intersect([(start, end)], question.evidence[index])) for index, start, end in columns
        ]
        present, own = units.by_present()
        asked = QuestionSignals(
            question.query, models.encoder.encode_tokens([question.query])[0], models.head
        )
        known = signals([context.passages[index] for index in present])
        found.append(
            Seen(
                RankingGroup(
                    evidence_features(Candidates(asked, known, own)), relevance(units, question.evidence)
                ),
                np.array(counter.count_many(units.texts(context.passages))),
                np.array(held),
                sum(counter.count_many([passage.text for passage in context.passages])),
                sum(map(total_length, question.evidence)),
            )
        )
    return found


def kept_features(path: Path, make: Callable[[], list[Seen]]) -> list[Seen]:
    """What is in a file; made where it is not there."""
    if not path.is_file():
        made = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez(file, **packed(made))
    with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
        ends = np.cumsum(table["sizes"])[:-1]
        columns = [np.split(table[key], ends) for key in ("features", "relevance", "cost", "held")]
        rows = zip(*columns, table["totals"].tolist(), strict=True)
        return [Seen(RankingGroup(f, y), cost, held, *totals) for f, y, cost, held, totals in rows]


def cached(
    folder: PreparedFolder, name: str, part: str, limit: int, cache: Path, *, models: Models | None = None
) -> list[Seen]:
    """So many questions of a set, from the cache where they are there."""
    used = models or Models(load_encoder())
    return kept_features(
        cache / f"{name}.{part}.npz",
        lambda: seen(
            folder.rows(name, part, limit=limit),
            name,
            used,
            lambda given: passage_signals(used.encoder, given, head=used.head),
        ),
    )


def chosen_features(folder: PreparedFolder, name: str, part: str, cache: Path, models: Models) -> list[Seen]:
    """The questions of `chosen`, by what the encoder made of them before."""

    def make() -> list[Seen]:
        rows = chosen(folder, name, part)
        known = SignalFile(cache / "signals" / f"{name}.{part}.npz", models.encoder, rows)
        return seen(rows, name, models, lambda given: known.signals(given, models.head))

    kind = models.head.fingerprint[:12] if models.head else "states"
    return kept_features(cache / "features" / kind / f"{name}.{part}.npz", make)


def packed(made: Sequence[Seen]) -> dict[str, NDArray[np.generic]]:
    """The columns of a cache file."""
    return {
        "features": np.concatenate([one.group.features for one in made]),
        "relevance": np.concatenate([one.group.relevance for one in made]),
        "cost": np.concatenate([one.cost for one in made]),
        "held": np.concatenate([one.held for one in made]),
        "sizes": np.array([len(one.cost) for one in made]),
        "totals": np.array([(one.total, one.needed) for one in made]),
    }


def greedy(cost: NDArray[np.int64], scores: NDArray[np.floating], limit: int) -> NDArray[np.bool_]:
    """The best that fit, skipping what does not."""
    kept = np.zeros(len(cost), dtype=bool)
    for index in np.argsort(-scores, kind="stable").tolist():
        if cost[index] <= limit:
            kept[index] = True
            limit -= int(cost[index])
    return kept


Shares: TypeAlias = dict[tuple[float, str], NDArray[np.float64]]
"""By kept ratio and metric, one number a question."""


def measured(questions: Sequence[Seen], score: Callable[[Seen], NDArray[np.floating]]) -> Shares:
    """Evidence recall and all-evidence at each ratio."""
    scores = [score(one) for one in questions]
    found = {}
    for ratio in RATIOS:
        pairs = zip(questions, scores, strict=True)
        held = [int(one.held[greedy(one.cost, own, int(ratio * one.total))].sum()) for one, own in pairs]
        rows = [
            (part / one.needed, part == one.held.sum()) for one, part in zip(questions, held, strict=True)
        ]
        found[ratio, "evidence_recall"], found[ratio, "all_evidence"] = np.array(rows, dtype=float).T
    return found


def oracle(questions: Sequence[Seen]) -> Shares:
    """The most evidence that whole records can hold in the budget."""
    found = {}
    for ratio in RATIOS:
        shares = []
        for one in questions:
            items = np.flatnonzero(one.held)
            chosen = knapsack(one.held[items].tolist(), one.cost[items].tolist(), int(ratio * one.total))
            shares.append(one.held[items][chosen].sum() / one.needed)
        found[ratio, "evidence_recall"] = np.array(shares)
    return found


def groups_of(sets: Mapping[str, Sequence[Seen]]) -> list[list[RankingGroup]]:
    """What is learnt from, set by set, with what a question counts for."""
    return [
        [one.group._replace(weight=PROSE_WEIGHT if name in PROSE else 1.0) for one in questions]
        for name, questions in sets.items()
    ]


def trained(
    sets: Mapping[str, Sequence[Seen]], columns: Sequence[int], *, before: Path | None = None
) -> Trees:
    """A ranker over some of the columns."""
    groups = [group._replace(features=group.features[:, columns]) for group in balanced(groups_of(sets))]
    names = [list(FEATURES)[index] for index in columns]
    return train_trees(groups, names, TreeSettings(), before=before)


def scorer(trees: Trees, columns: Sequence[int]) -> Callable[[Seen], NDArray[np.floating]]:
    """What the compressor ranks by."""
    return lambda one: (
        trees.score(one.group.features[:, columns]) - TOKEN_COST_WEIGHT * np.log(np.maximum(one.cost, 1))
    )


def shipped(ranker: TreeRanker, one: Seen) -> NDArray[np.floating]:
    """What a compressor with a ranker that is there already ranks by."""
    columns = [list(FEATURES).index(name) for name in ranker.feature_names]
    worth = ranker.score(one.group.features[:, columns])
    return worth - TOKEN_COST_WEIGHT * np.log(np.maximum(one.cost, 1))


def plain(name: str) -> Callable[[Seen], NDArray[np.floating]]:
    """One column of the features as the score."""
    column = list(FEATURES).index(name)
    return lambda one: one.group.features[:, column]


def without(prefixes: tuple[str, ...]) -> list[int]:
    """All columns but those of a group."""
    return [index for index, name in enumerate(FEATURES) if not name.startswith(prefixes)]


Found: TypeAlias = dict[str, Shares]
"""By set."""


class MeasuredRows:
    """Collects rows.

    Args:
        dev: What everything is measured on.
    """

    def __init__(self, dev: Mapping[str, list[Seen]]) -> None:
        self.dev = dev
        self.rows: list[dict[str, object]] = []

    def add(self, what: str, values: Callable[[list[Seen]], Shares]) -> Found:
        """Measure one thing on all sets."""
        found = {name: values(questions) for name, questions in self.dev.items()}
        self._rows(what, found, mean)
        return found

    def ranker(self, what: str, trees: Trees, columns: Sequence[int]) -> Found:
        """Measure a ranker."""
        return self.add(what, lambda questions: measured(questions, scorer(trees, columns)))

    def less(self, what: str, found: Found, other: Found) -> None:
        """The difference of two rankers, question by question."""
        gaps = {
            name: {key: shares - other[name][key] for key, shares in by_key.items()}
            for name, by_key in found.items()
        }
        self._rows(what, gaps, lambda gap: difference(gap, np.zeros_like(gap)))

    def _rows(self, what: str, found: Found, estimate: Callable[[NDArray[np.float64]], Estimate]) -> None:
        kinds = {kind: [name for name in found if (name in PROSE) == (kind == PROSE_SETS)] for kind in KINDS}
        for ratio, metric in next(iter(found.values())):
            columns = {name: by_key[ratio, metric] for name, by_key in found.items()}
            means = {kind: mean_of_sets([columns[name] for name in names]) for kind, names in kinds.items()}
            estimates = {name: estimate(column) for name, column in columns.items()} | means
            for name, own in estimates.items():
                row = {"what": what, "data": name, "ratio": ratio, "metric": metric}
                numbers = {key: round(getattr(own, key), 4) for key in ("value", "low", "high")}
                self.rows.append({**row, **numbers, "questions": own.questions})
            print(what, ratio, metric, {kind: round(one.value, 3) for kind, one in means.items()}, flush=True)


def experiments(
    train: Mapping[str, list[Seen]], dev: Mapping[str, list[Seen]], before: Path | None, parts: Sequence[str]
) -> list[dict[str, object]]:
    """Every row but where it comes from."""
    report = MeasuredRows(dev)
    everything = without(("\0",))
    report.add("oracle", oracle)
    for column, what in PLAIN.items():
        report.add(what, lambda questions, column=column: measured(questions, plain(column)))
    report.ranker("ranker", trained(train, everything, before=before), everything)
    whole = report.ranker(ALONE, trained(train, everything), everything)
    for group in parts:
        columns = without(GROUPS[group])
        what = f"without {group}"
        report.less(f"{what} less {ALONE}", report.ranker(what, trained(train, columns), columns), whole)
    return report.rows


def write(
    train: Mapping[str, list[Seen]], output: Path, models: Models, head: str, before: Path | None
) -> None:
    """A ranker of all questions with its card and its learning curve."""
    card = {
        "encoder": models.encoder.name,
        "encoder_fingerprint": models.encoder.fingerprint,
        "late_interaction": head,
        "before": file_sha256(before) if before else "",
        "sets": {name: len(questions) for name, questions in train.items()},
    }
    print(train_ranker(groups_of(train), output, TreeSettings(), card, before=before))


def main() -> None:
    """Make or read the features, run the experiments or write a ranker."""
    given = arguments()
    folder, encoder = PreparedFolder(given.folder), load_encoder()
    models = Models(encoder, load_head(given.head, encoder) if given.head else None)
    train = {name: chosen_features(folder, name, "train", given.cache, models) for name in given.sets}
    if given.write:
        write(train, given.write, models, given.head, given.before)
        return
    dev = {name: chosen_features(folder, name, "dev", given.cache, models) for name in DEV}
    origin = provenance(
        shlex.join(
            ["python", "eval/benchmarks/evidence_ranker.py", "FOLDER", "--cache", "DIR", "--before", "FILE"]
        )
    )
    rows = experiments(train, dev, given.before, given.parts)
    write_rows(
        given.output, [{name: str(value) for name, value in {**row, **origin}.items()} for row in rows]
    )


if __name__ == "__main__":
    sys.exit(main())
