"""The trees that say what can be expected in windows that nobody has read: see ``cascade.py``."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import lightgbm
import numpy as np
from cascade_questions import CachedScore, Seen, Set, greedy, questions
from evidence_ranker_signals import TRAIN
from numpy.typing import NDArray

from excerpt.compressors.cascade.prospects import AFTER, BEFORE, Reading
from excerpt.compressors.cascade.rounds import CASCADE_FILES
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.models.card import file_sha256
from excerpt.models.training.ranker.trees import Trees

LEARNED = (
    *map(Set, TRAIN),
    *(Set(name, pool) for name in ("hotpotqa", "2wikimultihopqa") for pool in (2, 10)),
    Set("musique", 5),
    *(Set("triviaqa_retrieved", 4), Set("aitqa", 4), Set("molweni", 3)),
)
BUDGETS = (0.05, 0.1, 0.18, 0.25, 0.4, 0.6)
SHARES = (0.0, 0.15, 0.3, 0.5, 0.7)
BOOSTING = {
    "objective": "cross_entropy",
    "num_leaves": 7,
    "learning_rate": 0.06,
    "min_data_in_leaf": 150,
    "lambda_l2": 10.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 63,
    "seed": 1,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
}


class Windows(NamedTuple):
    """Unread windows of one state of one question.

    Attributes:
        features: By name, ``(w,)`` each.
        held: Share of the evidence that the full pass keeps in each, ``(w,)``.
    """

    features: dict[str, NDArray[np.float32]]
    held: NDArray[np.float64]


def states(one: Seen, draw: np.random.Generator, count: int) -> Iterator[Windows]:
    """A question after so much of it has been read, for some shares."""
    for share in draw.choice(SHARES, count, replace=False).tolist():
        budget = float(draw.choice(BUDGETS))
        read, prospects = one.prospects(budget)
        if len(read.tokens) < 3:
            return
        reading = None
        lexical, columns = prospects.lexical()
        for part in (share / 2, share) if share else ():
            best = prospects.best(lexical) + draw.normal(0, 0.3, len(read.tokens))
            order = np.argsort(-best, kind="stable")
            order = order[~read.read[order]]
            left = part * read.tokens.sum() - read.tokens[read.read].sum()
            chosen = order[np.cumsum(read.tokens[order]) - read.tokens[order] < left]
            if len(chosen):
                read.read_windows(chosen)
            reading = Reading(read.known(), read.score()[0])
            lexical, columns = prospects.lexical(reading)
        features = prospects.features(lexical, columns, reading)
        kept = greedy(one.cost, one.full, int(budget * one.tokens))
        held = np.bincount(read.window, one.held * kept, minlength=len(read.tokens)) / one.needed
        unread = np.flatnonzero(~read.read)
        yield Windows({name: values[unread] for name, values in features.items()}, held[unread])


def learned(
    folder: PreparedFolder, given: argparse.Namespace, scorer: CachedScore
) -> Iterator[tuple[float, Windows]]:
    """States of training questions, each with its weight: sets count about alike."""
    draw = np.random.default_rng(0)
    for of in LEARNED:
        limit = given.questions if of.pool == 1 else given.questions // 2
        found = list(questions(folder, of, "train", given, scorer, limit))
        for one in found:
            for state in states(one, draw, given.states):
                yield 1 / np.sqrt(len(found)), state
        print(of.shown, len(found), flush=True)


class Table(NamedTuple):
    """All windows of all states as columns.

    Attributes:
        features: ``(w, len(AFTER))``; what is not known before anything has been read is 0 then.
        held: ``(w,)``.
        weight: ``(w,)``.
        after: Whether something had been read, ``(w,)``.
    """

    features: NDArray[np.float32]
    held: NDArray[np.float64]
    weight: NDArray[np.float64]
    after: NDArray[np.bool_]


def kept_table(given: argparse.Namespace, folder: PreparedFolder, scorer: CachedScore) -> Table:
    """From the cache where this ranker's is there."""
    kind = f"{file_sha256(scorer.ranker.path)[:12]}.{given.questions}.{given.states}.npz"
    path = given.cache / "cascade" / kind
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        columns: list[Table] = []
        for weight, one in learned(folder, given, scorer):
            size, after = len(one.held), "top" in one.features
            none = np.zeros(size, dtype=np.float32)
            features = np.stack([one.features.get(name, none) for name in AFTER], axis=1)
            columns.append(Table(features, one.held, np.full(size, weight), np.full(size, after)))
        joined = Table(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))
        with path.open("wb") as file:
            np.savez(file, **joined._asdict())
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        return Table(*(kept[name] for name in Table._fields))


def fit(rows: Table, names: Sequence[str], rounds: int) -> Trees:
    """Trees over the named features."""
    chosen = rows.after == ("top" in names)
    columns = [list(AFTER).index(name) for name in names]
    data = lightgbm.Dataset(
        rows.features[chosen][:, columns],
        np.clip(rows.held[chosen], 0, 1),
        weight=rows.weight[chosen],
        feature_name=[name.replace(".", "_") for name in names],
    )
    return Trees(lightgbm.train(BOOSTING, data, rounds).dump_model(), tuple(names))


def write(
    given: argparse.Namespace, folder: PreparedFolder, scorer: CachedScore, about: Mapping[str, str]
) -> None:
    """The trees and their card, into the folder of the ranker that they are for."""
    rows = kept_table(given, folder, scorer)
    card, *files = (given.write / name for name in CASCADE_FILES)
    for path, names in zip(files, (BEFORE, AFTER), strict=True):
        trees = fit(rows, list(names), given.trees)
        trees.save(path)
        gains = sorted(trees.gains().items(), key=lambda pair: -pair[1])
        print(path.name, {name: round(gain, 3) for name, gain in gains[:8]})
    kept = {"least_gain": given.least_gain, "ranker": file_sha256(scorer.ranker.path), **about}
    card.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
