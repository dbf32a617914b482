"""Scorers of sentences whose work on a passage needs no question: what each keeps.

Rows of docs/results/sentence-scorers.md.

    python eval/benchmarks/sentence_scorers.py FOLDER --cache DIR --unseen musique fairytaleqa triviaqa_retrieved

RECOMP untrained, with a trained head and, where one is given, fine-tuned; late interaction untrained and trained, with
int8 and with float vectors; beside BM25 and the evidence ranker. ``group`` says whether the set was left out of the
training of the heads (the evidence ranker had it in its own). Means over sets weigh sets alike; their intervals,
and those of paired differences, come from drawing questions anew within each set.
"""

import argparse
import itertools
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.chain import Chain
from excerpt.compressors import Bm25Sentences, EvidenceRanker, Extractive, RecompExtractive
from excerpt.compressors.scorers.late_interaction import MaxSim
from excerpt.compressors.vectors.passage_states import passage_states
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models import SentenceEncoder, load_encoder
from excerpt.models.protocols import Check, SequenceModel
from excerpt.models.tasks.head import HeadModel
from excerpt.values.types import Context, Units
from excerpt.values.vectors import unit_rows

SETS = {
    "hotpotqa": 50,
    "hotpotqa_fullwiki": 25,
    "2wikimultihopqa": 60,
    "selqa": 50,
    "squad": 60,
    "nq_multidoc": 15,
    "qed": 25,
    "musique": 38,
    "fairytaleqa": 60,
    "triviaqa_retrieved": 60,
}
RATIOS = (0.1, 0.25)
METRICS = ("evidence_recall", "all_evidence")
PAIRS = (
    ("recomp, head", "recomp, untrained"),
    ("recomp, fine-tuned", "recomp, untrained"),
    ("recomp, head", "bm25-sentences"),
    ("late interaction", "late interaction, untrained"),
    ("late interaction", "late interaction, float"),
    ("late interaction", "recomp, head"),
    ("evidence-ranker", "late interaction"),
)
_RESAMPLES = 2000
Columns: TypeAlias = dict[tuple[str, float, str], NDArray[np.float64]]
"""A figure of each question, by chain, ratio and metric."""


class Remembered:
    """A model that reads each sequence once; the scorers share one encoder."""

    def __init__(self, model: SequenceModel) -> None:
        self.model = model
        self.known: dict[tuple[int, ...], NDArray[np.float32]] = {}
        self.saved = 0

    def load(self, path: Path) -> None:
        """What `save` wrote, and nothing else."""
        self.known.clear()
        if path.is_file():
            with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
                bounds = np.cumsum(table["lengths"])[:-1]
                rows = zip(np.split(table["ids"], bounds), np.split(table["states"], bounds), strict=True)
                self.known = {tuple(ids.tolist()): states for ids, states in rows}
        self.saved = len(self.known)

    def save(self, path: Path) -> None:
        """Write what is known, if there is anything new."""
        if len(self.known) == self.saved:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez(
                file,
                ids=np.concatenate([np.array(ids) for ids in self.known]),
                lengths=np.array([len(ids) for ids in self.known]),
                states=np.concatenate(list(self.known.values())),
            )

    def run(self, ids: Sequence[Sequence[int]], *, check: Check = None) -> list[NDArray[np.float32]]:
        """As the model does."""
        new = list(dict.fromkeys(tuple(one) for one in ids if tuple(one) not in self.known))
        self.known |= dict(zip(new, self.model.run(new, check=check), strict=True))
        return [self.known[tuple(one)] for one in ids]


@dataclass(frozen=True)
class FloatMaxSim:
    """`MaxSim` with the vectors as the head gives them: what one byte a number loses."""

    encoder: SentenceEncoder
    passage_share: float
    name: str = "late-interaction-float"

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """As ``MaxSim.score`` does."""
        states = self.encoder.encode_tokens([context.query])[0]
        asked = states.hidden[states.offsets[:, 1] > states.offsets[:, 0]].astype(np.float64)
        weight = np.linalg.norm(asked, axis=1)
        own = np.zeros((len(units), len(asked)))
        for index in np.unique(units.passage).tolist():
            (found,) = passage_states(self.encoder, [context.passages[index]])
            vectors = unit_rows(found.hidden)
            cosines = vectors @ (asked / np.maximum(weight, 1e-12)[:, None]).T
            for unit in np.flatnonzero(units.passage == index).tolist():
                inside = (found.offsets[:, 0] >= units.start[unit]) & (found.offsets[:, 0] < units.end[unit])
                own[unit] = cosines[inside].max(axis=0, initial=-1.0)
        around = np.stack([own[units.passage == index].max(axis=0) for index in units.passage.tolist()])
        total: NDArray[np.float64] = (
            (own + self.passage_share * around) @ weight / max(float(weight.sum()), 1e-12)
        )
        return total


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--unseen", nargs="*", default=[], help="sets that the heads were not trained on")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--cache", type=Path, required=True, help="where states and figures are kept")
    parser.add_argument("--recomp", default="excerpt-recomp", help="the head")
    parser.add_argument("--fine-tuned", help="an exported encoder that `excerpt train recomp` made")
    parser.add_argument(
        "--late", nargs="*", default=["excerpt-late-interaction"], help="heads, the first in full"
    )
    target = Path(__file__).parents[1] / "results" / "sentence_scorers.csv"
    parser.add_argument("--output", type=Path, default=target)
    return parser.parse_args()


def headed(name: str, shared: Remembered) -> SentenceEncoder:
    """An encoder that is a head, on the shared states."""
    encoder = load_encoder(name)
    if isinstance(encoder.model, HeadModel):
        encoder.model.backbone = shared
    return encoder


def chains(given: argparse.Namespace) -> tuple[dict[str, Chain], list[Remembered]]:
    """What is compared, and the memories to clear between sets."""
    base = load_encoder()
    shared = Remembered(base.model)
    base.model = shared
    ranker = EvidenceRanker()
    ranker.scorer.encoder.model = shared
    late = {name: MaxSim(headed(name, shared)) for name in given.late}
    first = next(iter(late.values()))
    scorers = {
        "late interaction, untrained": MaxSim(base),
        "late interaction": first,
        "late interaction, float": FloatMaxSim(first.encoder, first.passage_share),
        **{f"late interaction, {Path(name).name}": late[name] for name in given.late[1:]},
    }
    found = {
        "bm25-sentences": Chain([Bm25Sentences()]),
        "recomp, untrained": Chain([RecompExtractive(base)]),
        "recomp, head": Chain([RecompExtractive(headed(given.recomp, shared))]),
        **{name: Chain([Extractive(scorer.name, "sentence", scorer)]) for name, scorer in scorers.items()},
        "evidence-ranker": Chain([ranker]),
    }
    memories = [shared]
    if given.fine_tuned:
        tuned = load_encoder(given.fine_tuned)
        memories.append(Remembered(tuned.model))
        tuned.model = memories[-1]
        found["recomp, fine-tuned"] = Chain([RecompExtractive(tuned)])
    return found, memories


def stratified(columns: Sequence[NDArray[np.float64]]) -> tuple[float, float, float]:
    """The mean over sets of their means, and its interval."""
    chance = np.random.default_rng(0)
    known = [column[~np.isnan(column)] for column in columns]
    draws = [column[chance.integers(len(column), size=(_RESAMPLES, len(column)))].mean(1) for column in known]
    low, high = np.quantile(np.mean(draws, axis=0), [0.025, 0.975])
    return float(np.mean([column.mean() for column in known])), float(low), float(high)


def summed(found: Sequence[Columns], group: str) -> list[dict[str, str]]:
    """Rows of means over the sets of a group, and of differences between chains."""
    rows = []
    known = list(dict.fromkeys(chain for chain, _, _ in found[0]))
    wanted = [((name,), name) for name in known]
    wanted += [(pair, f"{pair[0]} less {pair[1]}") for pair in PAIRS if set(known).issuperset(pair)]
    for ratio, metric, (parts, shown) in itertools.product(RATIOS, METRICS, wanted):
        columns = [
            np.subtract(*pair) if len(pair) == 2 else pair[0]
            for pair in ([columns[name, ratio, metric] for name in parts] for columns in found)
        ]
        value, low, high = stratified(columns)
        what = {"chain": shown, "data": f"mean of {len(found)} sets", "group": group, "ratio": f"{ratio:g}"}
        figures = {"value": f"{value:.4f}", "low": f"{low:.4f}", "high": f"{high:.4f}"}
        rows.append({**what, "metric": metric, **figures, "questions": str(sum(map(len, columns)))})
        print(group, ratio, metric, shown, f"{value:.3f} [{low:.3f}, {high:.3f}]", flush=True)
    return rows


def by_set(name: str, group: str, columns: Columns) -> list[dict[str, str]]:
    """Rows of one set."""
    rows = []
    for (chain, ratio, metric), column in columns.items():
        found = mean(column)
        figures = {"value": f"{found.value:.4f}", "low": f"{found.low:.4f}", "high": f"{found.high:.4f}"}
        what = {"chain": chain, "data": name, "group": group, "ratio": f"{ratio:g}", "metric": metric}
        rows.append({**what, **figures, "questions": str(found.questions)})
    return rows


def columns_of(
    name: str,
    folder: PreparedFolder,
    chains: Mapping[str, Chain],
    cache: Path,
    memories: Sequence[Remembered] = (),
) -> Columns:
    """Each chain's figures on each question of a set; those that are in the cache are not made again."""
    path = cache / f"{name}.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    missing = {chain: made for chain, made in chains.items() if chain not in known}
    if missing:
        for number, memory in enumerate(memories):
            memory.load(cache / f"{name}.{number}.npz")
        questions = folder.rows(name, "dev", limit=SETS[name])
        marked = (row for row in questions if any(passage.get("evidence") for passage in row["passages"]))
        table = evaluate(marked, missing, RATIOS)
        for chain, ratio, metric in itertools.product(missing, RATIOS, METRICS):
            column = table.cells[chain, ratio].column(metric).tolist()
            known.setdefault(chain, {}).setdefault(f"{ratio:g}", {})[metric] = column
        path.write_text(json.dumps(known), encoding="utf-8")
        for number, memory in enumerate(memories):
            memory.save(cache / f"{name}.{number}.npz")
    return {
        (chain, ratio, metric): np.array(known[chain][f"{ratio:g}"][metric])
        for chain, ratio, metric in itertools.product(chains, RATIOS, METRICS)
    }


def main() -> None:
    """Measure set by set, then over sets."""
    given = arguments()
    folder = PreparedFolder(given.folder)
    given.cache.mkdir(parents=True, exist_ok=True)
    compared, memories = chains(given)
    groups = {name: "left out" if name in given.unseen else "seen" for name in given.sets}
    found: dict[str, Columns] = {}
    for name in given.sets:
        found[name] = columns_of(name, folder, compared, given.cache, memories)
        print(name, {key: round(float(column.mean()), 3) for key, column in found[name].items()}, flush=True)
    rows = [row for name, columns in found.items() for row in by_set(name, groups[name], columns)]
    for group in dict.fromkeys(groups.values()):
        rows += summed([found[name] for name in given.sets if groups[name] == group], group)
    command = ["python", "eval/benchmarks/sentence_scorers.py", "FOLDER", "--cache", "DIR"]
    command += ["--sets", *given.sets, "--unseen", *given.unseen]
    command += ["--fine-tuned", "DIR"] if given.fine_tuned else []
    origin = provenance(shlex.join(command))
    write_rows(given.output, [{"what": "sentence_scorers", **row, **origin} for row in rows])


if __name__ == "__main__":
    sys.exit(main())
