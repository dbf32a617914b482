"""What a listwise re-scorer adds to the evidence ranker's trees: attention across the candidates of a question.

Rows of docs/results/evidence-ranker.md. No development question is used.

    python eval/benchmarks/listwise_ranker.py FOLDER --cache DIR

Each set's questions of training are halved, and each half is scored by trees that saw the other. One layer of
attention reads the features of a question's best candidates with these scores and their ranks, and adds a correction
that begins at nothing. It learns from the first half and is measured on the second: having seen all kinds of text, or
all but one. Records are bought best first on their own token counts, as in ``evidence_ranker.py``, whose cache of
features it reads. Other weights of a candidate's tokens are measured beside it. With ``--kinds`` only some kinds are
left out, and rows of others stay.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from evidence_ranker import (
    RATIOS,
    TOKEN_COST_WEIGHT,
    Models,
    Seen,
    chosen_features,
    greedy,
    shipped,
    trained,
    without,
)
from evidence_ranker_signals import DOMAINS, PROSE, PROSE_WEIGHT, TRAIN
from numpy.typing import NDArray
from torch import nn

from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models import load_encoder
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.common.held_out import file_weight

BEST = 48  # candidates of a question that the network reads
WIDTH, HEADS, DROPOUT = 32, 4, 0.25
EPOCHS, BATCH, RATE, WARM_UP, DECAY = 6, 32, 3e-3, 50, 0.05
SHRINKAGE = 0.02  # what the mean square of a question's corrections counts for in the loss
SEEDS = 2
WEIGHTS = (0.2, 0.8, 1.0)
KINDS = tuple(kind for kind in DOMAINS if kind != "languages")
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Lists:
    """The best candidates of every question, padded to ``BEST``.

    Attributes:
        names: The set of each question.
        second: Whether it is in the second half of its set.
        questions: With all candidates.
        scores: What the trees say of all candidates less what their tokens count, for each question.
        top: The candidates that the network reads, best first.
        inputs: Float32 ``(questions, BEST, columns)``.
        start: Their scores ``(questions, BEST)``.
        held: The share of the evidence in each, likewise.
        there: Bools: no padding.
        weight: What each question counts for.
    """

    names: NDArray[np.str_]
    second: NDArray[np.bool_]
    questions: list[Seen]
    scores: list[Floats]
    top: list[NDArray[np.int64]]
    inputs: Floats
    start: Floats
    held: Floats
    there: NDArray[np.bool_]
    weight: Floats


def halves(questions: Sequence[Seen]) -> tuple[Sequence[Seen], Sequence[Seen]]:
    """The first and the second half; questions about one document stand together."""
    return questions[: len(questions) // 2], questions[len(questions) // 2 :]


def cross_fitted(sets: Mapping[str, Sequence[Seen]], folder: Path) -> list[Floats]:
    """What trees that saw the other half say of each question's candidates; the trees are kept in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rankers = []
    for half, name in enumerate(("first", "second")):
        path = folder / f"{name}.onnx"
        if not path.is_file():
            trained({name: halves(own)[half] for name, own in sets.items()}, without(("\0",))).save(path)
        rankers.append(TreeRanker(path))
    found = []
    for own in sets.values():
        for ranker, half in zip(reversed(rankers), halves(own), strict=True):
            found += [shipped(ranker, one).astype(np.float32) for one in half]
    return found


def padded(rows: Sequence[Floats]) -> Floats:
    """Rows of at most ``BEST`` with zeros behind them, ``(len(rows), BEST, ...)``."""
    whole = np.zeros((len(rows), BEST, *rows[0].shape[1:]), dtype=np.float32)
    for place, row in zip(whole, rows, strict=True):
        place[: len(row)] = row
    return whole


def lists_of(sets: Mapping[str, Sequence[Seen]], scores: list[Floats]) -> Lists:
    """What the network reads."""
    names = np.array([name for name, own in sets.items() for _ in own])
    second = [number >= len(own) // 2 for own in sets.values() for number in range(len(own))]
    questions = [one for own in sets.values() for one in own]
    top = [np.argsort(-score, kind="stable")[:BEST] for score in scores]
    there = np.arange(BEST) < np.array([[len(best)] for best in top])
    features = padded([one.group.features[best] for one, best in zip(questions, top, strict=True)])
    start = padded([score[best] for score, best in zip(scores, top, strict=True)])
    weights = {
        name: file_weight(len(own)) * (PROSE_WEIGHT if name in PROSE else 1.0) for name, own in sets.items()
    }
    return Lists(
        names,
        np.array(second),
        questions,
        scores,
        top,
        _inputs(features, start, there),
        start,
        padded(
            [one.held[best].astype(np.float32) / one.needed for one, best in zip(questions, top, strict=True)]
        ),
        there,
        np.array([weights[name] for name in names.tolist()], dtype=np.float32),
    )


def _inputs(features: Floats, start: Floats, there: NDArray[np.bool_]) -> Floats:
    """Standard features; the score, how far it is behind the best and above the mean, and its rank."""
    flat = features[there]
    standard = np.clip((features - flat.mean(axis=0)) / (flat.std(axis=0) + 1e-6), -4, 4)
    average = np.where(there, start, 0).sum(axis=1, keepdims=True) / there.sum(axis=1, keepdims=True)
    rank = np.broadcast_to(np.log1p(np.arange(BEST, dtype=np.float32)), start.shape)
    own = np.stack([start / 2, (start - start[:, :1]) / 2, (start - average) / 2, rank], axis=-1)
    together: Floats = np.concatenate([standard, own], axis=-1).astype(np.float32) * there[..., None]
    return together


class Attention(nn.Module):
    """One layer of attention over candidates: a correction for each.

    Args:
        columns: Of the inputs.
    """

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.dropout, self.read = nn.Dropout(DROPOUT), nn.Linear(columns, WIDTH)
        self.layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 2 * WIDTH, DROPOUT, batch_first=True, norm_first=True
        )
        self.norm, self.say = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)

    def forward(self, inputs: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """``(questions, candidates, columns)`` and bools to ``(questions, candidates)``."""
        states = self.layer(self.read(self.dropout(inputs)), src_key_padding_mask=~there)
        said: torch.Tensor = self.say(self.norm(states))[..., 0]
        return said


def loss_of(
    scores: torch.Tensor,
    correction: torch.Tensor,
    held: torch.Tensor,
    there: torch.Tensor,
    weight: torch.Tensor,
) -> torch.Tensor:
    """Each candidate with evidence against all without (softmax), and the square of the correction."""
    good = held > 0
    against = torch.logsumexp(scores.masked_fill(good | ~there, -1e4), 1, keepdim=True)
    wrong = (nn.functional.softplus(against - scores) * held).sum(1) / held.sum(1).clamp(min=1e-6)
    large = (correction**2 * there).sum(1) / there.sum(1)
    return ((wrong + SHRINKAGE * large) * weight).sum() / weight.sum()


def fit(lists: Lists, chosen: NDArray[np.int64], seed: int) -> Attention:
    """A network of some of the questions."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    network = Attention(lists.inputs.shape[2])
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    size, steps, step = lists.there.sum(axis=1), EPOCHS * -(-len(chosen) // BATCH), 0
    for _ in range(EPOCHS):
        # Questions of about the same size stand in a batch.
        order = chosen[np.argsort(size[chosen] + generator.uniform(0, 6, len(chosen)), kind="stable")]
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        for number in generator.permutation(len(batches)).tolist():
            batch = batches[number]
            most = int(size[batch].max())
            optimizer.param_groups[0]["lr"] = RATE * min(1.0, (step + 1) / WARM_UP) * (1 - step / steps)
            held, start, inputs = (
                torch.from_numpy(table[batch][:, :most]) for table in (lists.held, lists.start, lists.inputs)
            )
            there, weight = (
                torch.from_numpy(lists.there[batch][:, :most]),
                torch.from_numpy(lists.weight[batch]),
            )
            correction = network(inputs, there)
            loss = loss_of(start + correction, correction, held, there, weight)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
    return network.eval()


def corrections(networks: Sequence[Attention], lists: Lists, chosen: NDArray[np.int64]) -> list[Floats]:
    """The mean of what networks add to the candidates of some questions, 0 to those that they do not read."""
    found = []
    for batch in np.split(chosen, range(128, len(chosen), 128)):
        given = torch.from_numpy(lists.inputs[batch]), torch.from_numpy(lists.there[batch])
        with torch.no_grad():
            said = np.mean([network(*given).numpy() for network in networks], axis=0)
        for question, row in zip(batch.tolist(), said, strict=True):
            added = np.zeros(len(lists.scores[question]), dtype=np.float32)
            added[lists.top[question]] = row[: len(lists.top[question])]
            found.append(added)
    return found


def kept(lists: Lists, chosen: NDArray[np.int64], added: Sequence[Floats]) -> NDArray[np.float64]:
    """Evidence recall of questions at each ratio, ``(questions, ratios)``."""
    rows = []
    for question, more in zip(chosen.tolist(), added, strict=True):
        one, scores = lists.questions[question], lists.scores[question] + more
        bought = (greedy(one.cost, scores, int(ratio * one.total)) for ratio in RATIOS)
        rows.append([one.held[which].sum() / one.needed for which in bought])
    return np.array(rows)


def row(what: str, data: str, ratio: float, estimate: Estimate) -> dict[str, object]:
    """One row but for where it comes from."""
    start = {"what": what, "data": data, "ratio": ratio, "metric": "evidence_recall"}
    bounds = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    rounded = {key: round(value, 4) for key, value in bounds.items()}
    return {**start, **rounded, "questions": estimate.questions}


class Report:
    """Collects rows of the second halves.

    Args:
        lists: The questions.
    """

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.measured = np.flatnonzero(lists.second)
        self.base = kept(lists, self.measured, [np.float32(0)] * len(self.measured))
        self.rows: list[dict[str, object]] = []
        for name in dict.fromkeys(lists.names.tolist()):
            own = lists.names[self.measured] == name
            self.rows += [
                row("trees", name, ratio, mean(each[own])) for ratio, each in self._by_ratio(self.base)
            ]

    def add(self, what: str, chosen: NDArray[np.int64], added: Sequence[Floats]) -> None:
        """What is kept with something added to the scores, less what is kept without, set by set."""
        base = self.base[np.searchsorted(self.measured, chosen)]
        more = kept(self.lists, chosen, added) - base
        names, shown = self.lists.names[chosen], {}
        for name in dict.fromkeys(names.tolist()):
            for ratio, each in self._by_ratio(more[names == name]):
                estimate = difference(each, np.zeros_like(each))
                self.rows.append(row(f"{what} less trees", name, ratio, estimate))
                shown[f"{name} {ratio:g}"] = round(estimate.value, 3)
        print(what, shown, flush=True)

    @staticmethod
    def _by_ratio(shares: NDArray[np.float64]) -> list[tuple[float, NDArray[np.float64]]]:
        return list(zip(RATIOS, shares.T, strict=True))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where features are kept")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS, help="left out in turn")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "listwise_ranker.csv"
    )
    return parser.parse_args()


def main() -> None:
    """Score, train, measure, write the rows."""
    given = arguments()
    torch.set_num_threads(1)
    folder, models = PreparedFolder(given.folder), Models(load_encoder())
    sets = {name: chosen_features(folder, name, "train", given.cache, models) for name in TRAIN}
    lists = lists_of(sets, cross_fitted(sets, given.cache / "listwise"))
    report = Report(lists)
    seen = np.flatnonzero(~lists.second)
    for weight in WEIGHTS:
        costs = [np.log(np.maximum(lists.questions[one].cost, 1)) for one in report.measured.tolist()]
        report.add(
            f"tokens count {weight:g}", report.measured, [(TOKEN_COST_WEIGHT - weight) * one for one in costs]
        )
    networks = [fit(lists, seen, seed) for seed in range(SEEDS)]
    report.add("attention", report.measured, corrections(networks, lists, report.measured))
    for kind in given.kinds:
        inside = np.isin(lists.names, DOMAINS[kind])
        asked = np.flatnonzero(inside & lists.second)
        network = fit(lists, seen[~inside[seen]], 0)
        report.add("attention, unseen", asked, corrections([network], lists, asked))
    origin = provenance("python eval/benchmarks/listwise_ranker.py FOLDER --cache DIR")
    made = [{key: str(value) for key, value in {**one, **origin}.items()} for one in report.rows]
    write_rows(given.output, merged_rows(given.output, made, ("what", "data", "ratio")))


if __name__ == "__main__":
    sys.exit(main())
