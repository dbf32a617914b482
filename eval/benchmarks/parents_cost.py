"""What of the evidence a tiny budget loses to the parents that are bought with records, such as a table's header.

Rows of docs/results/evidence-ranker.md.

    python eval/benchmarks/parents_cost.py FOLDER --cache DIR

The default chain's full pass with parents and without, and the same chain with scores that know the evidence. The
encoder's states come from the cache of ``evidence_ranker.py``. With ``--sets`` rows of other sets stay as they are.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from evidence_ranker_chains import KEY, Plain, StoredScore, row
from evidence_ranker_signals import DEV, SignalFile, chosen
from numpy.typing import NDArray

from excerpt.chain import Chain
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import load_ranker
from excerpt.eval.chains import Compresses
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models import load_encoder
from excerpt.models.training.common.questions import evenly_spread, read_question
from excerpt.protocols import Scorer
from excerpt.values.spans import Span, intersect, total_length
from excerpt.values.types import Context, Units

RATIO = 0.05
SETS = ("wikitablequestions", "fetaqa", "aitqa", "machine_csv")
WITH, WITHOUT, KNOWN, KNOWN_WITHOUT = (
    "default",
    "default, no parents",
    "evidence known",
    "evidence known, no parents",
)


class Knowing:
    """Scores a unit by the characters of evidence that it holds for its length.

    Args:
        rows: The questions.
    """

    name = "evidence known"
    temperature = 1.0

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._evidence: dict[tuple[str, ...], Sequence[Sequence[Span]]] = {}
        for number, each in enumerate(rows):
            query, passages, evidence = read_question(each, f"question {number}")
            self._evidence[query, *(passage.text for passage in passages)] = evidence

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Shares, ``(n,)``."""
        evidence = self._evidence[context.query, *(passage.text for passage in context.passages)]
        columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
        return np.array(
            [
                total_length(intersect([(start, end)], evidence[at])) / (end - start)
                for at, start, end in columns
            ]
        )


def chain_of(scorer: Scorer, parents: int | None) -> Plain:
    """The default chain with a scorer in the place of its own."""
    stage = Extractive("evidence-ranker", "record", scorer, headroom=2.0, parents=parents)
    return Plain(Chain([stage], name="default"))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where signals are kept")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(DEV))
    parser.add_argument("--limit", type=int, default=40, help="questions a set, evenly spread")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "parents_cost.csv"
    )
    return parser.parse_args()


def main() -> None:
    """Measure set by set, write the rows."""
    given = arguments()
    folder, encoder = PreparedFolder(given.folder), load_encoder()
    files: list[SignalFile] = []
    ranker = StoredScore(encoder, load_ranker("evidence-ranker"), files=files)
    origin = provenance("python eval/benchmarks/parents_cost.py FOLDER --cache DIR")
    rows: list[dict[str, object]] = []
    for name in given.sets:
        every = chosen(folder, name, "dev")
        files[:] = [SignalFile(given.cache / "signals" / f"{name}.dev.npz", encoder, every)]
        ranker.known.clear()
        asked = evenly_spread(every, given.limit)
        knowing = Knowing(asked)
        chains: dict[str, Compresses] = {
            WITH: chain_of(ranker, None),
            WITHOUT: chain_of(ranker, 0),
            KNOWN: chain_of(knowing, None),
            KNOWN_WITHOUT: chain_of(knowing, 0),
        }
        table = evaluate(asked, chains, (RATIO,))
        found = {what: table.cells[what, RATIO].column(KEY) for what in chains}
        rows += [row(what, name, RATIO, mean(shares)) for what, shares in found.items()]
        rows.append(row(f"{WITHOUT} less {WITH}", name, RATIO, difference(found[WITHOUT], found[WITH])))
        print(name, {what: round(float(np.nanmean(shares)), 3) for what, shares in found.items()}, flush=True)
    made = [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows]
    write_rows(given.output, merged_rows(given.output, made, ("data", "what", "ratio")))


if __name__ == "__main__":
    sys.exit(main())
