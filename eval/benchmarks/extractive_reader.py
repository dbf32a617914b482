"""How well the extractive reader answers: exact match and F1 with the gold passages, and with ten passages.

    python eval/benchmarks/extractive_reader.py FOLDER MODEL [--limit 60]

``gold``: the passages with evidence, joined. ``ten``: the first ten passages in the order of the set; gold ones that
stand further back (books and articles have more) come in for the last of them. Questions without a short answer, or
whose answer is yes or no, are left out: a span cannot say it. ``always`` makes it answer whatever happens,
``abstaining`` lets it say that there is no answer; ``no answer`` rows are SQuAD's questions that have none, each with
the passage it was written for, and the share of them that it leaves empty.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.eval.metrics.bootstrap import mean
from excerpt.eval.metrics.scores import usable_answers
from excerpt.eval.metrics.squad import exact_match, f1
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.readers import ExtractiveReader

SETS = (
    "squad",
    "qed",
    "nq_multidoc",
    "hotpotqa",
    "2wikimultihopqa",
    "musique",
    "triviaqa_retrieved",
    "fairytaleqa",
)
TEN = 10
Rows = list[dict[str, object]]


def context(question: Question, kind: str) -> str:
    """The text to read."""
    if kind == "ten":
        back = [index for index in question.gold if index >= TEN]
        shown = sorted([*back, *range(TEN - len(back))])
    else:
        shown = list(question.gold)
    passages = [question.passages[index] for index in shown if index < len(question.passages)]
    return "\n\n".join(one.titled_text for one in passages)


def questions(folder: PreparedFolder, name: str, limit: int) -> list[Question]:
    """Development questions with a gold passage and an answer that can be copied, evenly spread."""
    rows = [Question.of(row, name) for row in folder.rows(name, "dev", limit=4 * limit)]
    usable = [one for one in rows if one.gold and usable_answers(one.answers)]
    count = min(limit, len(usable))
    return [usable[index * len(usable) // count] for index in range(count)]


def answered(folder: PreparedFolder, name: str, model: str, limit: int) -> Rows:
    """Rows of one set."""
    reader = ExtractiveReader(model, least=-np.inf)
    rows: Rows = []
    for kind in ("gold", "ten"):
        given = questions(folder, name, limit)
        said = [reader.read(one.query, context(one, kind)) for one in given]
        for how, least in (("always", -np.inf), ("abstaining", 0.0)):
            texts = [answer.text if answer.score > least else "" for answer in said]
            for metric, measure in (("exact_match", exact_match), ("f1", f1)):
                values = [measure(text, one.answers) for text, one in zip(texts, given, strict=True)]
                rows.append(row(name, kind, how, metric, values))
    return rows


def unanswerable(folder: PreparedFolder, model: str, limit: int) -> Rows:
    """How often it is silent where SQuAD's annotators say that the passage does not answer."""
    reader = ExtractiveReader(model)
    values = []
    for one in folder.rows("squad", "dev", limit=4 * limit):
        about = [passage for passage in one["passages"] if passage["id"] == one["meta"].get("about")]
        if not one["answers"] and about and len(values) < limit:
            values.append(float(reader.read(one["question"], about[0]["text"]).text == ""))
    return [row("squad", "about", "abstaining", "no answer", values)]


def row(name: str, kind: str, how: str, metric: str, values: list[float]) -> dict[str, object]:
    """One number with its interval."""
    found = mean(np.array(values))
    shown = {"value": found.value, "low": found.low, "high": found.high}
    return {
        "what": f"extractive reader, {how}",
        "data": name,
        "context": kind,
        "metric": metric,
        **{key: round(value, 4) for key, value in shown.items()},
        "questions": found.questions,
    }


def main() -> None:
    """Read every set and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("model", help="an export of excerpt train pruner")
    parser.add_argument("--limit", type=int, default=60, help="questions of a set")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "extractive_reader.csv"
    )
    given = parser.parse_args()
    folder = PreparedFolder(given.folder)
    rows: Rows = unanswerable(folder, given.model, given.limit)
    for name in SETS:
        rows += answered(folder, name, given.model, given.limit)
        print(
            name,
            [(one["context"], one["what"], one["metric"], one["value"]) for one in rows[-8:]],
            flush=True,
        )
    origin = provenance(f"python eval/benchmarks/extractive_reader.py FOLDER MODEL --limit {given.limit}")
    write_rows(given.output, [{key: str(value) for key, value in {**one, **origin}.items()} for one in rows])


if __name__ == "__main__":
    sys.exit(main())
