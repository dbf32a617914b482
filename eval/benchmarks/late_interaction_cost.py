"""What stored signals cost: bytes a passage, milliseconds a question. Rows of docs/results/sentence-scorers.md.

    python eval/benchmarks/late_interaction_cost.py [--rounds 15]

Passages are those of the demo corpus, joined and cut to about 130 tokens. The parts are timed in turns, and ratios are
medians over the turns, so what else the machine does falls on all of them.
"""

import argparse
import itertools
import statistics
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from evidence_ranker_cost import QUERY, passages, timed

from excerpt.compressors import EvidenceRanker, RecompExtractive
from excerpt.compressors.late_interaction import LateInteraction
from excerpt.compressors.units.splitting import split
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.values.types import Context


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--late", default="excerpt-late-interaction")
    parser.add_argument("--recomp", default="excerpt-recomp")
    target = Path(__file__).parents[1] / "results" / "late_interaction_cost.csv"
    parser.add_argument("--output", type=Path, default=target)
    return parser.parse_args()


def measure(count: int, given: argparse.Namespace) -> list[dict[str, str]]:
    """Rows for one number of passages."""
    late, recomp = LateInteraction(given.late).scorer, RecompExtractive(given.recomp).scorer.encoder
    ranker = EvidenceRanker().scorer
    texts = passages(lambda some: ranker.encoder.tokenizer.count(some).tolist(), count, 130)
    context = Context.start(QUERY, texts)
    units = split("sentence", context)
    pairs = zip(units.passage.tolist(), units.texts(context.passages), strict=True)
    vectors = recomp.encode([f"{texts[index].title} {text}" for index, text in pairs])
    tokens, signals = late.signals(texts), ranker.signals(texts)
    stored = {
        "recomp": vectors.nbytes,
        "late interaction": sum(one.vectors.nbytes + one.offsets.nbytes for one in tokens),
        "late interaction, vectors alone": sum(one.vectors.nbytes for one in tokens),
        "evidence ranker": sum(array.nbytes for one in signals for array in one.columns().values()),
    }
    # Each time another question: encoders may remember texts.
    asked = (f"{QUERY[:-1]} in {number}?" for number in itertools.count(1000))
    parts: dict[str, Callable[[], object]] = {
        "encoding the question": lambda: ranker.encoder.encode([next(asked)]),
        "recomp": lambda: np.einsum("ij,j->i", vectors, recomp.encode([next(asked)])[0], optimize=False),
        "late interaction": lambda: late.rank(next(asked), tokens, units),
        "evidence ranker": lambda: ranker.rank(next(asked), signals, units),
    }
    size = int(ranker.encoder.tokenizer.count([one.text for one in texts]).sum())
    data = f"{count} passages, {size} tokens, {len(units)} sentences"
    shown = {name: {"bytes a passage": value / count} for name, value in stored.items()}
    for name, spent in turns(parts, given.rounds).items():
        shown.setdefault(name, {})
        shown[name] |= {"milliseconds": spent[0], "times encoding the question": spent[1]}
    rows = []
    for name, values in shown.items():
        print(count, name, {unit: round(value, 2) for unit, value in values.items()}, flush=True)
        what = {"what": name, "data": data, "rounds": str(given.rounds)}
        rows += [{**what, "value": f"{value:.4g}", "unit": unit} for unit, value in values.items()]
    return rows


def turns(parts: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds of each part, and the median of its ratio to the first."""
    times: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(rounds + 1):
        for name, work in parts.items():
            spent = timed(work)
            if turn:  # the first turn opens the models
                times[name].append(spent)
    base = next(iter(times.values()))
    return {
        name: (
            statistics.median(spent),
            statistics.median(one / other for one, other in zip(spent, base, strict=True)),
        )
        for name, spent in times.items()
    }


def main() -> None:
    """Measure and write the rows."""
    given = arguments()
    origin = provenance("python eval/benchmarks/late_interaction_cost.py")
    rows = [{**row, **origin} for count in (20, 100) for row in measure(count, given)]
    write_rows(given.output, rows)


if __name__ == "__main__":
    sys.exit(main())
