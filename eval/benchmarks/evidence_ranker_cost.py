"""What the evidence ranker costs beside the one encoder pass that it rests on. Rows of docs/results/evidence-ranker.md.

    python eval/benchmarks/evidence_ranker_cost.py [--rounds 15]

Passages are those of the demo corpus, joined and cut to about 130 tokens. The parts are timed in turns, and ratios are
medians over the turns, so what else the machine does falls on all of them.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.links import evidence_features
from excerpt.compressors.evidence.question import QuestionSignals
from excerpt.compressors.evidence_ranker import EvidenceRanker
from excerpt.compressors.units.splitting import split
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import parse_object
from excerpt.values.types import Context, Passage, Units

QUERY = "Where was the person who built the first mill on the river born?"


def passages(encoder_tokens: Callable[[list[str]], list[int]], count: int, tokens: int) -> list[Passage]:
    """Passages of about ``tokens`` tokens, all different."""
    lines = files("excerpt.demo").joinpath("corpus.jsonl").read_bytes().splitlines()
    words = " ".join(parse_object(line, "demo")["text"] for line in lines).split()
    found: list[Passage] = []
    at = 0
    while len(found) < count:
        size = tokens
        text = " ".join((words * 9)[at : at + size])
        while encoder_tokens([text])[0] > tokens and size > 1:
            size -= 4
            text = " ".join((words * 9)[at : at + size])
        at += size
        found.append(Passage(text, title=f"Passage {len(found)}"))
    return found


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def measure(count: int, rounds: int) -> list[dict[str, str]]:
    """Rows for one number of passages."""
    scorer = EvidenceRanker().scorer
    encoder = scorer.encoder
    given = passages(lambda texts: encoder.tokenizer.count(texts).tolist(), count, 130)
    context = Context.start(QUERY, given)
    units: Units = split("sentence", context)
    texts = [passage.text for passage in given]
    stored = scorer.signals(given)
    question = QuestionSignals(QUERY, encoder.encode_tokens([QUERY])[0])
    parts: dict[str, Callable[[], object]] = {
        "embedder pass over the passages": lambda: encoder.encode(texts),
        "evidence ranker, all of it": lambda: scorer.score(context, units),
        "evidence ranker, stored signals": lambda: scorer.rank(QUERY, stored, units),
        "features alone": lambda: evidence_features(Candidates(question, stored, units)),
        "encoding the question": lambda: encoder.encode([QUERY]),
    }
    times: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(rounds + 1):
        for name, work in parts.items():
            encoder.forget()  # it remembers the latest texts, which every part has in common
            spent = timed(work)
            if turn:  # the first turn opens the models
                times[name].append(spent)
    base = times["embedder pass over the passages"]
    tokens = int(encoder.tokenizer.count(texts).sum())
    rows = []
    for name, spent in times.items():
        ratio = statistics.median(one / other for one, other in zip(spent, base, strict=True))
        shown = {"milliseconds": statistics.median(spent), "times the embedder pass": ratio}
        for unit, value in shown.items():
            row = {"what": name, "data": f"{count} passages, {tokens} tokens, {len(units)} sentences"}
            rows.append({**row, "value": f"{value:.4g}", "unit": unit, "rounds": str(rounds)})
        print(count, name, {unit: round(value, 3) for unit, value in shown.items()}, flush=True)
    return rows


def main() -> None:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    target = Path(__file__).parents[1] / "results" / "evidence_ranker_cost.csv"
    parser.add_argument("--output", type=Path, default=target)
    given = parser.parse_args()
    origin = provenance("python eval/benchmarks/evidence_ranker_cost.py")
    rows = [{**row, **origin} for count in (20, 100) for row in measure(count, given.rounds)]
    write_rows(given.output, rows)


if __name__ == "__main__":
    sys.exit(main())
