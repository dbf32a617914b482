"""A corpus of more than 100,000 real passages, all of them as they come, for the measurements of the index.

    python eval/benchmarks/index_corpus.py DATA -o corpus.jsonl --turns 68000

DATA is the folder of the public development data. The corpus is all the encyclopedia and story passages that there
are, and after them turns of meetings (so many of them). Nothing is made up or repeated on purpose; what people said
twice, such as "Okay.", is there twice. The questions of the measurements are those that were asked about the
encyclopedia.
"""

import argparse
import gzip
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

_PASSAGES = (
    "corpora/wikipedia_passages.jsonl.gz",
    "store/nqwiki.passages.jsonl.gz",
    "store/squad.passages.jsonl.gz",
    "store/fairytaleqa.passages.jsonl.gz",
)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Passages of a file with ids that say where they come from."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            yield {
                "id": f"{path.name.partition('.')[0]}-{number}",
                "title": row.get("title") or "",
                "text": row["text"],
            }


def main() -> int:
    """Write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--turns", type=int, default=68_000, help="turns of meetings")
    options = parser.parse_args()
    passages = (row for name in _PASSAGES for row in rows(options.data / name))
    turns = itertools.islice(rows(options.data / "store" / "qmsum.passages.jsonl.gz"), options.turns)
    with options.output.open("w", encoding="utf-8") as file:
        for row in itertools.chain(passages, turns):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
