"""What the compact evidence ranker loses and saves beside the full one. Rows of docs/results/evidence-ranker.md.

    python eval/benchmarks/compact_ranker.py FOLDER --cache DIR

Quality is evidence recall on development questions, question by question with both rankers, kept sentences chosen as in
``evidence_ranker.py``. Cost is that of passages of about 130 tokens: bytes of their signals, and the time to rank
their sentences from stored signals, both rankers in turns.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from encoder_ablation import Row, row, shares
from evidence_ranker import RATIOS, Models, Seen, chosen_features, shipped
from evidence_ranker_cost import QUERY, passages, timed
from evidence_ranker_signals import DEV

from excerpt.compressors.evidence_ranker import EvidenceRanker
from excerpt.compressors.units.splitting import split
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.metrics.bootstrap import difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.training.common.questions import evenly_spread
from excerpt.values.types import Context

_FULL, _COMPACT = "evidence-ranker", "evidence-ranker-compact"
_QUESTIONS = 100
_TURNS = 41


def quality(folder: PreparedFolder, cache: Path) -> Iterator[Row]:
    """Both rankers on the same questions, and their difference, set by set and over all questions."""
    found: dict[str, dict[str, list[Seen]]] = {}
    rankers = {name: EvidenceRanker(name).scorer for name in (_FULL, _COMPACT)}
    for ranker, scorer in rankers.items():
        models = Models(scorer.encoder, scorer.head)
        found[ranker] = {
            name: evenly_spread(chosen_features(folder, name, "dev", cache, models), _QUESTIONS)
            for name in DEV
        }
    for ratio in RATIOS:
        pairs = []
        for name in DEV:
            both = []
            for ranker, scorer in rankers.items():
                questions = found[ranker][name]
                scores = [shipped(scorer.ranker, one) for one in questions]
                both.append(shares(questions, scores, ratio))
                yield row(ranker, name, ratio, mean(both[-1]))
            pairs.append(both)
            yield row("compact less full", name, ratio, difference(both[1], both[0]))
        full, compact = (np.concatenate(column) for column in zip(*pairs, strict=True))
        yield row("compact less full", "all questions", ratio, difference(compact, full))


def cost(count: int) -> Iterator[Mapping[str, object]]:
    """Bytes and time for so many passages."""
    rankers = {name: EvidenceRanker(name).scorer for name in (_FULL, _COMPACT)}
    encoder = rankers[_FULL].encoder
    given = passages(lambda texts: encoder.tokenizer.count(texts).tolist(), count, 130)
    units = split("sentence", Context.start(QUERY, given))
    stored = {name: scorer.signals(given) for name, scorer in rankers.items()}
    spent: dict[str, list[float]] = {name: [] for name in rankers}
    for _ in range(_TURNS):
        for name, scorer in rankers.items():
            spent[name].append(timed(lambda: scorer.rank(QUERY, stored[name], units)))  # noqa: B023 - called at once
    ratio = statistics.median(one / other for one, other in zip(spent[_COMPACT], spent[_FULL], strict=True))
    data = f"{count} passages of about 130 tokens"
    for name in rankers:
        size = sum(array.nbytes for signals in stored[name] for array in signals.columns().values()) / count
        yield {"what": name, "data": data, "metric": "signals", "value": round(size), "unit": "bytes/passage"}
    start = {"what": "compact over full", "data": data, "metric": "time to rank"}
    yield {**start, "value": round(ratio, 3), "unit": "median of ratios"}


def main() -> None:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="where features are kept")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "compact_ranker.csv"
    )
    given = parser.parse_args()
    origin = provenance("python eval/benchmarks/compact_ranker.py FOLDER --cache DIR")
    rows: list[Mapping[str, object]] = list(quality(PreparedFolder(given.folder), given.cache))
    rows += [one for count in (20, 100) for one in cost(count)]
    columns = list(dict.fromkeys(key for one in rows for key in one))
    write_rows(
        given.output,
        [{**{key: str(one.get(key, "")) for key in columns}, **origin} for one in rows],
    )


if __name__ == "__main__":
    sys.exit(main())
