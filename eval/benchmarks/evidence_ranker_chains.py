"""What whole chains keep of the evidence: the default as it was, as it is, without each kind of text, and `fast`.

Rows of docs/results/evidence-ranker.md.

    python eval/benchmarks/evidence_ranker_chains.py FOLDER --cache DIR --previous RANKER

``RANKER`` is the ``ranker.onnx`` of the release before records (the parent of commit 6fb300e has it); it ranks
sentences and knows no parents. ``default, unseen`` is the default with a ranker that never saw a text of that kind.
The encoder's states and the features for training come from the cache of ``evidence_ranker.py``, so nothing is encoded
twice. All else is what a user's call does: the fit, parents, and the best part of what does not fit. With ``--sets``
rows of other sets stay as they are.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from evidence_ranker import Models, Seen, chosen_features, trained, without
from evidence_ranker_signals import DEV, DOMAINS, TRAIN, SignalFile, chosen
from numpy.typing import NDArray

from excerpt.budget import BudgetLike
from excerpt.chain import Chain
from excerpt.compressors.evidence.quantized import mean_states
from excerpt.compressors.evidence.signals import PassageSignals
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import RANKER_FILE, EvidenceScore, load_ranker
from excerpt.compressors.units.sentences import split_sentences
from excerpt.eval.chains import Compresses, named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models import load_encoder
from excerpt.models.tasks.ranker import TreeRanker
from excerpt.models.training.common.questions import evenly_spread
from excerpt.values.coerce import PassageLike
from excerpt.values.compressed import Compressed
from excerpt.values.types import Context, Passage, Units, UnitVectors

RATIOS = (0.05, 0.1, 0.25)
BEFORE, NOW, UNSEEN, FAST = "default before", "default", "default, unseen", "fast"
KEY = "evidence_recall"
Scored: TypeAlias = tuple[NDArray[np.float64], Callable[[], UnitVectors]]


@dataclass(frozen=True)
class StoredScore(EvidenceScore):
    """The scorer, with signals from a file; each question's scores are worked out once for all ratios.

    Args:
        files: The file of the set that is being measured, alone in a list.
        sentences: Whether it knows sentences and no parents, as it did before records.
    """

    files: list[SignalFile] = field(default_factory=list)
    sentences: bool = False
    known: dict[tuple[str, bytes], Scored] = field(default_factory=dict)

    def signals(self, passages: Sequence[Passage]) -> list[PassageSignals]:
        """What the encoder made before; made now for a passage of which only a part is read."""
        known = all(map(self.files[0].knows, passages))
        found = self.files[0].signals(passages, self.head) if known else super().signals(passages)
        pairs = zip(passages, found, strict=True)
        return [_of_sentences(passage, own) for passage, own in pairs] if self.sentences else found

    def score_with_vectors(self, context: Context, units: Units) -> Scored:
        """As it would be without a memory."""
        key = (context.query, np.stack([units.passage, units.start, units.end]).tobytes())
        if key not in self.known:
            self.known[key] = super().score_with_vectors(context, units)
        return self.known[key]


def _of_sentences(passage: Passage, own: PassageSignals) -> PassageSignals:
    spans = np.array(split_sentences(passage.text), dtype=np.int32).reshape(-1, 2)
    means, scale = mean_states(own.tokens, own.scale * own.norm, own.start, spans)
    nobody = np.full(len(spans), -1, dtype=np.int32)
    return own._replace(records=spans, parent=nobody, means=means, mean_scale=scale)


@dataclass(frozen=True)
class Plain:
    """A chain that the evaluation's own cache leaves alone: two of these differ in trees that it does not look into."""

    chain: Chain

    def compress(
        self, query: str, passages: tuple[PassageLike, ...], *, budget: BudgetLike = None
    ) -> Compressed:
        """The chain's own."""
        return self.chain.compress(query, passages, budget=budget)


def chain_of(scorer: StoredScore) -> Plain:
    """The default chain with a scorer in the place of its own."""
    unit = "sentence" if scorer.sentences else "record"
    return Plain(Chain([Extractive("evidence-ranker", unit, scorer, headroom=2.0)], name="default"))


def measured(
    rows: Sequence[Mapping[str, Any]], chains: Mapping[str, Compresses]
) -> dict[tuple[str, float], NDArray[np.float64]]:
    """Evidence recall of each question by chain and ratio."""
    table = evaluate(rows, chains, RATIOS)
    for (chain, ratio), cell in table.cells.items():
        for problem in [*cell.errors[:2], *cell.breaches[:2]]:
            print(f"  ! {chain} at {ratio:g}: {problem}")
    return {key: cell.column(KEY) for key, cell in table.cells.items()}


def row(what: str, data: str, ratio: float, estimate: Estimate) -> dict[str, object]:
    """One row but for where it comes from."""
    bounds = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    rounded = {name: round(value, 4) for name, value in bounds.items()}
    start = {"what": what, "data": data, "ratio": ratio, "metric": KEY}
    return {**start, **rounded, "questions": estimate.questions}


def rows_of(data: str, found: Mapping[tuple[str, float], NDArray[np.float64]]) -> Iterator[dict[str, object]]:
    """Means of all chains, and the present default less the others, question by question."""
    for (what, ratio), shares in found.items():
        yield row(what, data, ratio, mean(shares))
        if what != NOW:
            yield row(f"{NOW} less {what}", data, ratio, difference(found[NOW, ratio], shares))


def unseen(
    train: Mapping[str, list[Seen]], folder: Path, before: Path, wanted: Sequence[str]
) -> dict[str, TreeRanker]:
    """For each wanted set of a kind, a ranker that saw nothing of that kind; the earlier trees saw prose alone."""
    found = {}
    everything = without(("\0",))
    for domain, sets in DOMAINS.items():
        if not set(sets) & set(wanted):
            continue
        rest = {name: questions for name, questions in train.items() if name not in sets}
        path = folder / domain / RANKER_FILE
        path.parent.mkdir()
        trained(rest, everything, before=before).save(path)
        found |= dict.fromkeys(sets, TreeRanker(path))
        print("trained without", domain, flush=True)
    return found


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where signals and features are kept")
    parser.add_argument("--previous", type=Path, required=True, help="the ranker.onnx before records")
    parser.add_argument("--sets", nargs="*", default=list(DEV))
    parser.add_argument("--limit", type=int, default=40, help="questions a set, evenly spread")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).parents[1] / "results" / "evidence_ranker_chains.csv",
    )
    return parser.parse_args()


def main() -> None:
    """Train without each kind, measure set by set, write the rows."""
    given = arguments()
    folder, encoder = PreparedFolder(given.folder), load_encoder()
    models = Models(encoder)
    train = {name: chosen_features(folder, name, "train", given.cache, models) for name in TRAIN}
    files: list[SignalFile] = []
    before = StoredScore(encoder, TreeRanker(given.previous), files=files, sentences=True)
    now = StoredScore(encoder, load_ranker("evidence-ranker"), files=files)
    words = "FOLDER --cache DIR --previous RANKER"
    origin = provenance(f"python eval/benchmarks/evidence_ranker_chains.py {words}")
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as place:
        others = unseen(train, Path(place), given.previous, given.sets)
        for name in given.sets:
            every = chosen(folder, name, "dev")
            files[:] = [SignalFile(given.cache / "signals" / f"{name}.dev.npz", encoder, every)]
            asked = evenly_spread(every, given.limit)
            for scorer in (before, now):
                scorer.known.clear()
            chains: dict[str, Compresses] = {
                BEFORE: chain_of(before),
                NOW: chain_of(now),
                FAST: named_chain("fast"),
            }
            if name in others:
                chains[UNSEEN] = chain_of(StoredScore(encoder, others[name], files=files))
            found = measured(asked, chains)
            rows += rows_of(name, found)
            shown = {
                f"{what} {ratio:g}": round(float(np.nanmean(one)), 3) for (what, ratio), one in found.items()
            }
            print(name, len(asked), shown, flush=True)
    made = [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows]
    write_rows(given.output, merged_rows(given.output, made, ("data", "what", "ratio")))


if __name__ == "__main__":
    sys.exit(main())
