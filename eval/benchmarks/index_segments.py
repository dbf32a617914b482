"""A question to an index of eight segments of stored features, beside the same passages in one.

    python eval/benchmarks/index_segments.py --out eval/results/index_segments.csv

Both answer the same questions in turn, in processor time, so that other work on the machine does not count. The texts
that are kept must be the same.
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from excerpt import Chain
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.retrievers import Index
from excerpt.retrievers.build.merging import MOST_SEGMENTS

FEATURES = ("sentences", "guards", "tokens")
WORDS = [
    "mill",
    "river",
    "bees",
    "rye",
    "stone",
    "wheel",
    "harbour",
    "ferry",
    "light",
    "keeper",
    "lamp",
    "rope",
    "sail",
    "grain",
    "flour",
    "barrel",
]
PASSAGES, QUESTIONS, RETRIEVED = 1600, 200, 50


def passages(chance: random.Random) -> list[dict[str, str]]:
    """Passages of eight sentences, all different."""
    return [
        {
            "id": str(number),
            "text": " ".join(
                f"The {chance.choice(WORDS)} {chance.choice(WORDS)} number {number} stands by the "
                f"{chance.choice(WORDS)}. It has {chance.randrange(99)} {chance.choice(WORDS)}s."
                for _ in range(4)
            ),
        }
        for number in range(PASSAGES)
    ]


def main() -> None:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    chance = random.Random(1)
    given, chain = passages(chance), Chain(["bm25-sentences"])
    seconds: dict[int, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        one = Index.build(given, Path(name, "one"), encoder=None, features=FEATURES)
        many = Index.build(given[:900], Path(name, "many"), encoder=None, features=FEATURES)
        for start in range(900, PASSAGES, 100):
            many.add(given[start : start + 100])
        indexes = {len(index.manifest.segments): index for index in (one, many)}
        if sorted(indexes) != [1, MOST_SEGMENTS]:
            message = f"segments: {sorted(indexes)}"
            raise SystemExit(message)
        for _ in range(QUESTIONS):
            question = f"which {chance.choice(WORDS)} stands by the {chance.choice(WORDS)}"
            kept = set()
            for count, index in indexes.items():
                started = time.process_time()
                found = [hit.scored() for hit in index.search(question, RETRIEVED)]
                kept.add(chain.compress(question, found, budget=200, stored=index.features).text)
                seconds.setdefault(count, []).append(time.process_time() - started)
            if len(kept) != 1:
                message = f"another text is kept for {question!r}"
                raise SystemExit(message)
    about = provenance("python eval/benchmarks/index_segments.py --out OUT", ("bm25s", "pyarrow", "numpy"))
    ratio = statistics.median(b / a for a, b in zip(seconds[1], seconds[MOST_SEGMENTS], strict=True))
    figures = [
        (f"{count} segments", 1000 * statistics.median(times), "ms") for count, times in seconds.items()
    ]
    figures.append((f"{MOST_SEGMENTS} segments over 1", ratio, "median of ratios"))
    rows = [
        {"what": what, "passages": str(PASSAGES), "k": str(RETRIEVED), "questions": str(QUESTIONS)}
        | {"value": f"{value:.4g}", "unit": unit, **about}
        for what, value, unit in figures
    ]
    for row in rows:
        print(row["what"], row["value"], row["unit"])
    write_rows(options.out, rows)


if __name__ == "__main__":
    main()
