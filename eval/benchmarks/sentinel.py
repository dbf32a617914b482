"""Sentinel's probe against cosine and BM25, what it is made of, and as a feature of the ranker.

    python eval/benchmarks/sentinel.py FOLDER --cache DIR

Rows of docs/results/sentinel.md. What the proxy saw, and the features of the ranker, are kept in the cache. AUC is
over the sentences of a question, averaged over questions. Sentences are kept greedily on their own token counts, as in
``evidence_ranker.py``. Intervals come from drawing questions anew, within each set where several are averaged
(sets count alike); differences are paired.

``sentinel`` is the bundled probe. Those named ``probe`` are trained here, each on the same questions: with one
softmax over all windows, window by window, on the published columns, on either query alone, on sentences read in
source and in random order. ``ranker`` is trained on them too, with and without the answer of a probe that did not
see the question.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from evidence_ranker import RATIOS, Seen, cached, greedy, trained
from numpy.typing import NDArray

from excerpt.compressors.evidence.features import ranks, standard
from excerpt.compressors.evidence.links import FEATURES
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.scorers.attention import sentences_of
from excerpt.compressors.units.splitting import split
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean, mean_of_sets
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.attention.chunks import cut
from excerpt.models.attention.encoder import EncoderProxy
from excerpt.models.attention.probe import Probe, feature_columns
from excerpt.models.attention.protocols import AttentionProxy
from excerpt.models.attention.shares import context_shares
from excerpt.models.card import read_json
from excerpt.models.training.ranker.examples import balanced
from excerpt.models.training.ranker.trees import Trees, TreeSettings, train_trees
from excerpt.models.training.sentinel.examples import SentinelRecipe, probe_pairs
from excerpt.models.training.sentinel.fitting import Fitted, Pairs, fit_probe
from excerpt.values.coerce import to_passages
from excerpt.values.types import Context

# Questions of each set to train on, and to measure on.
SEEN_SETS = {
    "hotpotqa": (60, 70), "hotpotqa_fullwiki": (30, 35), "2wikimultihopqa": (60, 90), "selqa": (60, 90),
    "squad": (14, 20), "nq_multidoc": (16, 20), "qed": (16, 24),
}  # fmt: skip
LEFT_OUT = {"musique": (0, 38), "fairytaleqa": (0, 36), "triviaqa_retrieved": (0, 100)}
SETS = {**SEEN_SETS, **LEFT_OUT}
TOKEN_COST_WEIGHT = 0.4
_TRAINING = Path(__file__).resolve().parents[1] / "results" / "training" / "excerpt-sentinel-probe"
Columns = NDArray[np.float64]
Scores = NDArray[np.floating]


class Read(NamedTuple):
    """One question as the proxy saw it.

    Attributes:
        seen: Its sentences as the ranker's benchmark knows them.
        shares: Attention as a multiple of even attention, over all windows, ``(n, width)``.
        window: The same, each window for itself, ``(n, width)``.
        tokens: Tokens of each sentence's window, ``(n, 1)``.
    """

    seen: Seen
    shares: Columns
    window: Columns
    tokens: Columns


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where features are kept")
    parser.add_argument("--limit", type=int, default=1_000_000, help="questions of a set, for a trial")
    parser.add_argument("--output", type=Path, default=Path(__file__).parents[1] / "results" / "sentinel.csv")
    return parser.parse_args()


def questions(folder: PreparedFolder, name: str, part: str, count: int) -> Iterator[Question]:
    """Those of ``count`` questions that have evidence."""
    for number, row in enumerate(folder.rows(name, part, limit=count)):
        question = Question.of(row, f"{name}, question {number}")
        if any(question.evidence):
            yield question


def read(proxy: AttentionProxy, question: Question, seen: Seen) -> Read:
    """Have the proxy read one question."""
    context = Context.start(question.query, to_passages(question.passages, "passages"))
    units = split("sentence", context, Guards())
    chunks = cut(proxy, question.query, sentences_of(context, units, titles=True))
    features = proxy.features_many([chunk.request for chunk in chunks])
    shares = context_shares(chunks, features, len(units))
    window, tokens = np.zeros_like(shares), np.zeros((len(units), 1))
    for chunk, chunk_features in zip(chunks, features, strict=True):
        alone = context_shares([chunk], [chunk_features], len(units))
        window = np.where(alone > 0, alone, window)
        tokens[list(chunk.sentences)] = chunk_features.context_tokens
    return Read(seen, shares, window, tokens)


def gathered(folder: PreparedFolder, part: str, given: argparse.Namespace) -> dict[str, list[Read]]:
    """Every set of a part, from the cache where it is there."""
    proxy = EncoderProxy("all-MiniLM-L6-v2")
    found = {}
    for name, counts in SETS.items():
        count = min(counts[part == "dev"], given.limit)
        if not count:
            continue
        known = cached(folder, name, part, count, given.cache / f"ranker-{count}")
        path = given.cache / f"{name}.{part}.{count}.npz"
        if not path.is_file():
            asked = questions(folder, name, part, count)
            made = [read(proxy, *pair) for pair in zip(asked, known, strict=True)]
            columns = {key: np.concatenate([getattr(one, key) for one in made]) for key in Read._fields[1:]}
            np.savez(path, **{key: values.astype(np.float32) for key, values in columns.items()})
        found[name] = unpacked(path, known)
        print(part, name, len(found[name]), flush=True)
    return found


def unpacked(path: Path, chosen: Sequence[Seen]) -> list[Read]:
    """A cache file, question by question."""
    ends = np.cumsum([len(seen.cost) for seen in chosen])[:-1]
    with np.load(path, allow_pickle=False) as table:
        columns = [np.split(table[key].astype(np.float64), ends) for key in Read._fields[1:]]
    return [Read(*row) for row in zip(chosen, *columns, strict=True)]


def log_shares(one: Read) -> Columns:
    """What the bundled probe reads."""
    return feature_columns(one.shares, 1, "log-share")


VARIANTS: Mapping[str, Callable[[Read], Columns]] = {
    "one softmax over all windows": log_shares,
    "each window for itself": lambda one: feature_columns(one.window, 1, "log-share"),
    "published columns": lambda one: one.window / np.maximum(one.tokens, 1),
    "question alone": lambda one: log_shares(one)[:, :72],
    "first token alone": lambda one: log_shares(one)[:, 72:],
}


def pairs_of(one: Read, columns: Columns, chance: np.random.Generator) -> Pairs | None:
    """Up to four sentences with evidence, and as many without."""
    relevant = one.seen.group.relevance
    sides = [np.flatnonzero(relevant == wanted) for wanted in (1, 0)]
    count = min(4, *map(len, sides))
    rows = np.concatenate([chance.choice(side, count, replace=False) for side in sides])
    return Pairs(columns[rows], relevant[rows]) if count else None


def fitted(reads: Sequence[Read], columns: Callable[[Read], Columns]) -> Fitted:
    """A probe on some of what the proxy saw."""
    chance = np.random.default_rng(13)
    found = [pairs_of(one, columns(one), chance) for one in reads]
    return fit_probe([pairs for pairs in found if pairs is not None])


def auc(one: Read, scores: Scores) -> float:
    """The chance that a sentence with evidence is above one without; NaN where one kind is missing."""
    relevant = one.seen.group.relevance.astype(bool)
    if relevant.all() or not relevant.any():
        return float("nan")
    left, right = scores[relevant][:, None], scores[~relevant][None]
    return float(((left > right) + 0.5 * (left == right)).mean())


def measured(reads: Sequence[Read], score: Callable[[Read], Scores]) -> dict[str, NDArray[np.float64]]:
    """Each metric, question by question."""
    rows = []
    for one in reads:
        scores = np.asarray(score(one), dtype=np.float64)
        kept = [greedy(one.seen.cost, scores, int(ratio * one.seen.total)) for ratio in RATIOS]
        rows.append([auc(one, scores), *(one.seen.held[mask].sum() / one.seen.needed for mask in kept)])
    names = ["auc", *(f"evidence_recall@{ratio}" for ratio in RATIOS)]
    return dict(zip(names, np.array(rows).T, strict=True))


Estimator = Callable[[NDArray[np.float64]], Estimate]
Results = Mapping[str, Mapping[str, NDArray[np.float64]]]
"""Set, metric, one number a question."""


class MeasuredRows:
    """Collects rows.

    Args:
        dev: What everything is measured on.
    """

    def __init__(self, dev: Mapping[str, list[Read]]) -> None:
        self.dev = dev
        self.rows: list[dict[str, object]] = []

    def add(
        self, what: str, score: Callable[[Read], Scores], against: Sequence[tuple[str, Results]] = ()
    ) -> Results:
        """Measure one way to score, alone and in pairs."""
        found = {name: measured(reads, score) for name, reads in self.dev.items()}
        for metric in next(iter(found.values())):
            self._rows(what, metric, {name: by_metric[metric] for name, by_metric in found.items()}, mean)
            for other, theirs in against:
                gaps = {name: by_metric[metric] - theirs[name][metric] for name, by_metric in found.items()}
                self._rows(
                    f"{what} minus {other}", metric, gaps, lambda gap: difference(gap, np.zeros_like(gap))
                )
        return found

    def _rows(
        self,
        what: str,
        metric: str,
        values: Mapping[str, NDArray[np.float64]],
        estimate: Estimator,
    ) -> None:
        groups = {"left out": list(LEFT_OUT), "seen": list(SEEN_SETS)}
        for name, column in values.items():
            self._row(what, name, "left out" if name in LEFT_OUT else "seen", metric, estimate(column))
        for group, names in groups.items():
            self._row(
                what, "mean", group, metric, mean_of_sets([values[name] for name in names if name in values])
            )

    def _row(self, what: str, data: str, group: str, metric: str, found: Estimate) -> None:
        if data == "mean":
            print(
                f"{what:50} {group:9} {metric:22} {found.value:.3f} [{found.low:.3f}, {found.high:.3f}]",
                flush=True,
            )
        numbers = {key: round(getattr(found, key), 4) for key in ("value", "low", "high")}
        self.rows.append(
            {
                "what": what,
                "data": data,
                "group": group,
                "metric": metric,
                **numbers,
                "questions": found.questions,
            }
        )


def quality(report: MeasuredRows) -> None:
    """The bundled probe against what needs no training."""
    probe = Probe.load("excerpt-sentinel-probe")
    others = []
    for name in ("cosine", "bm25"):
        column = list(FEATURES).index(name)
        score = lambda one, column=column: one.seen.group.features[:, column]  # noqa: E731 - bound here
        others.append((name, report.add(name, score)))
    others.append(
        ("raw attention", report.add("raw attention", lambda one: one.shares[:, 60:72].mean(axis=1)))
    )
    report.add("sentinel", lambda one: probe.probability(one.shares, 1), others)


def parts(report: MeasuredRows, train: Mapping[str, list[Read]]) -> None:
    """What each choice brings, on equal questions."""
    reads = [one for set_reads in train.values() for one in set_reads]
    first: list[tuple[str, Results]] = []
    for name, columns in VARIANTS.items():
        model = fitted(reads, columns)
        score = lambda one, model=model, columns=columns: model.logits(columns(one))  # noqa: E731 - bound here
        found = report.add(f"probe: {name}", score, first)
        first = first or [(f"probe: {name}", found)]


def order(report: MeasuredRows, folder: PreparedFolder, given: argparse.Namespace) -> None:
    """Sentences read in source order against a random one, in training; always source order in use."""
    proxy = EncoderProxy("all-MiniLM-L6-v2")
    for shuffle in (False, True):
        found = []
        for name, (count, _) in SEEN_SETS.items():
            rows = folder.rows(name, "train", limit=min(count, given.limit))
            found += [probe_pairs(proxy, row, name, SentinelRecipe(shuffle=shuffle)) for row in rows]
        model = fit_probe([pairs for pairs in found if pairs is not None])
        what = "random" if shuffle else "source"
        report.add(f"probe: trained in {what} order", lambda one, model=model: model.logits(log_shares(one)))


def as_feature(report: MeasuredRows, train: Mapping[str, list[Read]]) -> None:
    """The ranker with and without the probe's answer."""
    reads = [one for set_reads in train.values() for one in set_reads]
    rest = [[one for number, one in enumerate(reads) if number % 5 != fold] for fold in range(5)]
    folds, whole = [fitted(part, log_shares) for part in rest], fitted(reads, log_shares)
    number = {id(one): index for index, one in enumerate(reads)}

    def extended(one: Read) -> NDArray[np.float32]:
        model = folds[number[id(one)] % 5] if id(one) in number else whole
        logits = model.logits(log_shares(one)).astype(np.float32)
        return np.column_stack([one.seen.group.features, logits, standard(logits), ranks(logits)])

    def thrifty(trees: Trees, one: Read, features: NDArray[np.float32]) -> Scores:
        return trees.score(features) - TOKEN_COST_WEIGHT * np.log(np.maximum(one.seen.cost, 1))

    columns = range(len(FEATURES))
    plain = trained({name: [one.seen for one in set_reads] for name, set_reads in train.items()}, columns)
    sets = [
        [one.seen.group._replace(features=extended(one)) for one in set_reads] for set_reads in train.values()
    ]
    names = [*FEATURES, "attention", "attention.z", "attention.rank"]
    more = train_trees(balanced(sets), names, TreeSettings())
    alone = report.add("ranker", lambda one: thrifty(plain, one, one.seen.group.features))
    report.add("ranker with the probe", lambda one: thrifty(more, one, extended(one)), [("ranker", alone)])


def sizes() -> Iterator[dict[str, object]]:
    """The bundled probe's learning curve, as its training left it."""
    log = read_json(_TRAINING / "training.json")
    per_file = log["recipe"]["per_file"]
    for point in log["history"]:
        for metric in ("auc", "auc_on_training"):
            yield {
                "what": "learning curve",
                "data": f"{len(log['sources'])} training sets, a fifth held out",
                "group": "seen",
                "metric": metric,
                "value": round(point[metric], 4),
                "questions": int(point["questions"]),
                "command": f"excerpt train sentinel SOURCES --per-file {per_file} -o DIR",
            }


def main() -> None:
    """Read or make what the proxy saw, measure, write the rows."""
    given = arguments()
    folder = PreparedFolder(given.folder)
    train, dev = gathered(folder, "train", given), gathered(folder, "dev", given)
    report = MeasuredRows(dev)
    quality(report)
    parts(report, train)
    as_feature(report, train)
    order(report, folder, given)
    command = shlex.join(["python", "eval/benchmarks/sentinel.py", "FOLDER", "--cache", "DIR"])
    origin = provenance(command, ("onnxruntime", "numpy", "scikit-learn", "lightgbm"))
    columns = [*report.rows[0], *origin]
    made = [{**origin, **row} for row in [*report.rows, *sizes()]]
    rows = [{name: str(row.get(name, "")) for name in columns} for row in made]
    write_rows(given.output, rows)


if __name__ == "__main__":
    sys.exit(main())
