"""What reading in pairs costs beside what ranks sentences without it. Rows of docs/results/pruner.md.

    python eval/benchmarks/pruner_cost.py MODEL [--rounds 9]

Twenty passages of about 130 tokens, of the demo corpus, on one thread. The scorers are timed in turns, and ratios are
medians over the turns, so what else the machine does falls on all of them. ``survivors`` is the pruner on the passages
that still have a sentence after the evidence ranker has kept a fifth of the tokens.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from evidence_ranker_cost import QUERY, passages, timed

from excerpt import Chain
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.bm25 import Bm25
from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.compressors.scorers.needed_tokens import KeepScore
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.units.splitting import split
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models import load_encoder
from excerpt.models.registry import load_token_cross_encoder
from excerpt.values.types import Context

COUNT, TOKENS, LEFT = 20, 130, 0.2


def measure(model: str, rounds: int) -> list[dict[str, str]]:
    """Rows for every scorer."""
    encoder = load_encoder(threads=1)
    trees = load_ranker("evidence-ranker")

    pruner = KeepScore(load_token_cross_encoder(model, threads=1))
    given = passages(lambda texts: encoder.tokenizer.count(texts).tolist(), COUNT, TOKENS)
    context = Context.start(QUERY, given)
    units = split("sentence", context)
    survived = Chain([Extractive("survivors", "sentence", EvidenceScore(encoder, trees))]).compress(
        QUERY, given, budget=LEFT
    )
    left = [passage for passage, kept in zip(given, survived.passages, strict=True) if kept.spans]
    less = Context.start(QUERY, left)
    less_units = split("sentence", less)
    parts: dict[str, Callable[[], object]] = {
        "embedder pass over the passages": lambda: encoder.encode([passage.text for passage in given]),
        "BM25 sentences": lambda: Bm25().score(context, units),
        "embedder sentences": lambda: EmbeddingSimilarity(encoder).score(context, units),
        "evidence ranker": lambda: EvidenceScore(encoder, trees).score(context, units),
        "pruner": lambda: pruner.score(context, units),
        "pruner on survivors": lambda: pruner.score(less, less_units),
    }
    times: dict[str, list[float]] = {name: [] for name in parts}
    for part in parts.values():
        part()
    for _ in range(rounds):
        for name, part in parts.items():
            encoder.forget()  # it remembers the latest texts, which the parts have in common
            times[name].append(timed(part))
    tokens = int(encoder.tokenizer.count([passage.text for passage in given]).sum())
    return [row for name in parts for row in _rows(name, times, tokens)]


def _rows(name: str, times: dict[str, list[float]], tokens: int) -> list[dict[str, str]]:
    base = next(iter(times.values()))
    ratio = statistics.median(one / other for one, other in zip(times[name], base, strict=True))
    speed = tokens / statistics.median(times[name]) * 1000
    data = f"{COUNT} passages of {TOKENS} tokens, one thread"
    figures = {"tokens per second": (f"{speed:.0f}", "1/s"), "times the embedder pass": (f"{ratio:.3f}", "")}
    return [
        {"what": name, "data": data, "metric": metric, "value": value, "unit": unit}
        for metric, (value, unit) in figures.items()
    ]


def main() -> None:
    """Time the scorers and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "pruner_cost.csv"
    )
    given = parser.parse_args()
    rows = measure(given.model, given.rounds)
    origin = provenance(f"python eval/benchmarks/pruner_cost.py MODEL --rounds {given.rounds}")
    write_rows(given.output, [{**row, **origin} for row in rows])
    print(*[(row["what"], row["metric"], row["value"]) for row in rows], sep="\n")


if __name__ == "__main__":
    sys.exit(main())
