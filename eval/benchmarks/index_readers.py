"""Four reader processes under a writer for a minute: no error, and every answer from one generation.

    python eval/benchmarks/index_readers.py CORPUS.jsonl --seconds 60

The writer adds passages, deletes some and compacts, over and over. The passages of a state carry its number in
their text, so a reader can tell an answer that mixes two states. Readers open the index again for every question,
search, compress with stored features, and check that all hits are of the state they opened.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.files.jsonl import read_jsonl
from excerpt.models import load_encoder
from excerpt.retrievers import Index

FEATURES = ("sentences", "guards", "tokens")
READER = """
import json, sys, time
from excerpt import Chain
from excerpt.models import load_encoder
from excerpt.retrievers import Index
path, until = sys.argv[1], float(sys.argv[2])
encoder = load_encoder(threads=1)
chain = Chain(["bm25-sentences"])
answers, wrong, states, short = 0, [], set(), 0
while time.time() < until:
    try:
        index = Index.open(path, encoder=encoder)
        marks = {passage.id.partition(":")[0] for passage in index if passage.id.startswith("state")}
        hits = index.search("what was said about the project", 20)
        found = chain.compress("what was said", [hit.scored() for hit in hits], budget=100, stored=index.features)
        if len(marks) > 1:
            wrong.append(f"passages of {sorted(marks)}")
        stored = found.report.stages[0].stored["sentences"]
        short += stored.stored < stored.asked
        if any(hit.passage != index[hit.row] for hit in hits):
            wrong.append("a hit of another generation")
        states |= marks
        answers += 1
    except Exception as error:
        wrong.append(repr(error))
print(json.dumps([answers, wrong, len(states), short]))
"""


def write(path: Path, texts: list[dict[str, str]], until: float) -> int:
    """Change the index until a moment: every generation has the passages of one state only. How many changes."""
    encoder = load_encoder(threads=1)
    index, changes = Index.open(path, encoder=encoder), 0
    old = [f"state0:{row['id']}" for row in texts[:10]]
    while time.time() < until:
        changes += 1
        new = [
            {**row, "id": f"state{changes}:{row['id']}"} for row in texts[changes % 40 : changes % 40 + 10]
        ]
        index.delete(old)
        index.add(new)
        old = [row["id"] for row in new]
        if changes % 5 == 0:
            index.compact()
    return changes


def main() -> int:
    """Run and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "index_readers.csv"
    )
    options = parser.parse_args()
    texts = [value for _, value in islice(read_jsonl(options.corpus), 60)]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "a.excerpt")
        marked = [{**row, "id": f"state0:{row['id']}"} for row in texts[:10]]
        Index.build([*texts[50:], *marked], path, encoder=load_encoder(threads=1), features=FEATURES)
        until = time.time() + options.seconds
        command = [sys.executable, "-P", "-c", READER, str(path), str(until)]
        readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        changes = write(path, texts, until)
        found = [json.loads(reader.communicate()[0]) for reader in readers]
    about = provenance(
        f"python eval/benchmarks/index_readers.py CORPUS --seconds {options.seconds:g}",
        ("faiss-cpu", "bm25s", "pyarrow", "numpy"),
    )
    wrong = [error for _, errors, _, _ in found for error in errors]
    figures = {
        "answers of four readers": sum(answers for answers, _, _, _ in found),
        "cycles of deleting, adding and compacting": changes,
        "states that a reader saw, fewest": min(states for _, _, states, _ in found),
        "answers with a passage whose features were not there": sum(short for _, _, _, short in found),
        "errors, or answers that mix states": len(wrong),
    }
    rows = [
        {"what": what, "data": "index_corpus", "value": str(value), "unit": "count", **about}
        for what, value in figures.items()
    ]
    for row in rows:
        print(row["what"], row["value"], flush=True)
    print(*sorted(set(wrong))[:5], sep="\n")
    write_rows(options.out, rows)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
