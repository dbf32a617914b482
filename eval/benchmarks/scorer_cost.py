"""What each scorer of sentences costs, and what a whole chain adds. Rows of docs/results/quality.md.

    python eval/benchmarks/scorer_cost.py [--rounds 15]

Twenty passages of about 130 tokens, of the demo corpus. Scorers and chains are timed in turns, and ratios to one
encoder pass over the same passages are medians over the turns, so what else the machine does falls on all of them.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from evidence_ranker_cost import QUERY, passages, timed

from excerpt import Chain
from excerpt.compressors.scorers.bm25 import Bm25
from excerpt.compressors.units.splitting import split
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models import load_encoder
from excerpt.presets import load_chain
from excerpt.registry import COMPRESSORS
from excerpt.values.types import Context

SCORERS = (
    "passage-similarity",
    "recomp-extractive",
    "similarity-mix",
    "late-interaction",
    "sentinel",
    "llmlingua2",
    "evidence-ranker",
)
CHAINS = ("fast", "lexical", "default")
COUNT, TOKENS, BUDGET = 20, 130, 0.25
BASE = "embedder pass over the passages"


def measure(rounds: int) -> list[dict[str, str]]:
    """Rows for every scorer and chain."""
    encoder = load_encoder()
    given = passages(lambda texts: encoder.tokenizer.count(texts).tolist(), COUNT, TOKENS)
    context = Context.start(QUERY, given)
    units = {unit: split(unit, context) for unit in ("sentence", "passage", "word")}
    parts: dict[str, Callable[[], object]] = {
        BASE: lambda: encoder.encode([passage.text for passage in given]),
        "scorer bm25-sentences": lambda: Bm25().score(context, units["sentence"]),
    }
    encoders = [encoder]
    for name in SCORERS:
        scorer = COMPRESSORS.find(name)().scorer
        encoders += [scorer.encoder] if hasattr(scorer, "encoder") else []
        unit = {"passage-similarity": "passage", "llmlingua2": "word"}.get(name, "sentence")
        parts[f"scorer {name}"] = lambda scorer=scorer, unit=unit: scorer.score(context, units[unit])
    for name in CHAINS:
        chain = Chain([name]) if name == "lexical" else load_chain(name)
        scorers = [getattr(stage, "scorer", None) for stage in chain.stages]
        encoders += [scorer.encoder for scorer in scorers if hasattr(scorer, "encoder")]
        parts[f"chain {name}"] = lambda chain=chain: chain.compress(QUERY, given, budget=BUDGET)
    times: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(rounds + 1):
        for name, work in parts.items():
            for one in encoders:
                one.forget()  # they remember the latest texts, which the parts have in common
            spent = timed(work)
            if turn:  # the first turn opens the models
                times[name].append(spent)
    tokens = int(encoder.tokenizer.count([passage.text for passage in given]).sum())
    return [row for name in parts for row in _rows(name, times, tokens)]


def _rows(name: str, times: dict[str, list[float]], tokens: int) -> list[dict[str, str]]:
    median = statistics.median(times[name])
    ratio = statistics.median(one / base for one, base in zip(times[name], times[BASE], strict=True))
    figures = {
        "milliseconds": f"{median:.1f}",
        "tokens per second": f"{tokens / median * 1000:.0f}",
        "times the embedder pass": f"{ratio:.3f}",
    }
    data = f"{COUNT} passages, {tokens} tokens"
    print(name, figures, flush=True)
    rounds = str(len(times[name]))
    return [
        {"what": name, "data": data, "metric": metric, "value": value, "rounds": rounds}
        for metric, value in figures.items()
    ]


def main() -> None:
    """Time them and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    target = Path(__file__).parents[1] / "results" / "scorer_cost.csv"
    parser.add_argument("--output", type=Path, default=target)
    given = parser.parse_args()
    origin = provenance(f"python eval/benchmarks/scorer_cost.py --rounds {given.rounds}")
    write_rows(given.output, [{**row, **origin} for row in measure(given.rounds)])


if __name__ == "__main__":
    sys.exit(main())
