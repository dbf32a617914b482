"""The texts for the proof that xRAG learns: what reader and bridge learn from, and what neither ever sees.

    python eval/benchmarks/xrag_texts.py DATA -o FOLDER

FOLDER gets ``corpus.jsonl`` and ``qa.jsonl``, from which the reader is made (`xrag_reader.py`) and the bridge trained
(``excerpt train xrag``), and two sets of questions on passages that are in neither, nor is any other passage under
their titles: ``choosing.jsonl``, for every choice on the way, and ``unseen.jsonl``, for the proof alone.
"""

import argparse
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from excerpt.eval.data.datasets import PreparedFolder
from excerpt.files.jsonl import dump, read_jsonl

_PLAIN_TEXTS = (
    "corpora/wikipedia_passages",
    "store/nqwiki.passages",
    "store/squad.passages",
    "store/fairytaleqa.passages",
    "corpora/squality_stories.train",
)
_QUESTIONS = (
    ("squad", "train"),
    ("squad", "dev"),
    ("qed", "train"),
    ("qed", "dev"),
    ("nq_multidoc", "train"),
)
_LONGEST, _SHORTEST = 700, 80  # characters of a passage; twice the longest fits into the reader's window


def part(title: str) -> str:
    """Of twelve titles one is unseen, one for choosing, and the others are learnt from."""
    return {0: "unseen", 1: "choosing"}.get(blake2b(title.encode(), digest_size=4).digest()[0] % 12, "learnt")


def passages(data: Path) -> Iterator[dict[str, str]]:
    """Titles and texts to learn from, long ones in pieces."""
    known = set()
    for name in _PLAIN_TEXTS:
        for _, row in read_jsonl(data / f"{name}.jsonl.gz"):
            title, text = row.get("title", ""), row["text"]
            if part(title) != "learnt" or text in known:
                continue
            known.add(text)
            for piece in pieces(text):
                yield {"title": title, "text": piece}


def pieces(text: str) -> list[str]:
    """A text cut at spaces."""
    found = [""]
    for word in text.split(" "):
        if len(found[-1]) + len(word) > _LONGEST:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    return [piece for piece in found if len(piece) > _SHORTEST]


def questions(data: Path, wanted: str) -> Iterator[dict[str, Any]]:
    """Questions of one part with an answer that stands in the one passage that they keep.

    Questions of ``dev`` are measured on and never learnt from.
    """
    folder = PreparedFolder(data)
    for number, (name, split) in enumerate(_QUESTIONS):
        if split == "dev" and wanted == "learnt":
            continue
        for row in folder.rows(name, split):
            gold = [p for p in row["passages"] if p["gold"] and len(p["text"]) <= _LONGEST]
            for passage in gold[:1]:
                answer = next((a for a in row["answers"] if a in passage["text"]), None)
                if answer and part(passage["title"]) == wanted:
                    kept = {key: passage[key] for key in ("id", "title", "text")}
                    yield {"id": f"{number}-{row['id']}", "question": row["question"], "answers": [answer],
                           "passages": [kept]}  # fmt: skip


def write(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSON lines, and count them."""
    lines = list(map(dump, rows))
    path.write_bytes(b"".join(lines))
    return len(lines)


def main() -> None:
    """Write the four files."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    asked = arguments.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    print("corpus", write(asked.output / "corpus.jsonl", passages(asked.data)))
    for name, wanted in (("qa", "learnt"), ("choosing", "choosing"), ("unseen", "unseen")):
        print(name, write(asked.output / f"{name}.jsonl", questions(asked.data, wanted)))


if __name__ == "__main__":
    main()
