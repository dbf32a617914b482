"""What a small local language model writes as a digest, and what the check of support makes of it.

    python eval/benchmarks/digests.py MODEL [--dtype bfloat16]

Rows for docs/methods/abstractive.md: ten questions of our own with two short passages each
(`digest_questions.jsonl`), by RECOMP's abstractive compressor with the model as its writer and the default check. No
budget is given: nothing is cut but what is not supported.
"""

import argparse
import json
import shlex
from collections import Counter
from pathlib import Path

from excerpt.chain import Chain
from excerpt.compressors import RecompAbstractive
from excerpt.compressors.units.sentences import split_sentences
from excerpt.eval.metrics.scores import contains_answer, usable_answers
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.generation.local_writers import CausalLMWriter

QUESTIONS = Path(__file__).with_name("digest_questions.jsonl")


class Remembered:
    """A writer that writes each digest once.

    Args:
        writer: Writes.
    """

    def __init__(self, writer: CausalLMWriter) -> None:
        self.writer = writer
        self.name, self.fingerprint = writer.name, writer.fingerprint
        self.text = ""

    def write(self, question: str, passages: list[str]):  # noqa: ANN201 - a Written
        """As the writer does; the text stays to be looked at."""
        written = self.writer.write(question, passages)
        self.text = written.text
        return written


def main() -> None:
    """Write, check, print, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="a causal language model: a directory, an imported or a hub name")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    target = Path(__file__).parents[1] / "results" / "digests.csv"
    parser.add_argument("--output", type=Path, default=target)
    given = parser.parse_args()
    writer = Remembered(CausalLMWriter(given.model, dtype=given.dtype))
    compressor = RecompAbstractive(writer=writer)
    chain = Chain([compressor])
    counts = Counter[str]()
    rows: list[dict[str, object]] = []
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    for line in lines:
        writer.text, answers = "", usable_answers([line["answer"]])
        result = chain.compress(line["question"], line["passages"])
        sentences = [writer.text[start:end] for start, end in split_sentences(writer.text)]
        for text, one in zip(sentences, compressor.support.judge(sentences, line["passages"]), strict=True):
            passes = one.support >= compressor.threshold
            counts["sentences that pass"] += passes
            rows.append(
                {"what": "passes" if passes else "dropped", "value": round(one.support, 2), "text": text}
            )
            print(rows[-1], flush=True)
        counts["sentences written"] += len(sentences)
        counts["answer in what was written"] += contains_answer(writer.text, answers)
        counts["answer in what comes out"] += contains_answer(result.text, answers)
    rows = [{"what": what, "value": value, "text": ""} for what, value in counts.items()] + rows
    command = ["python", "eval/benchmarks/digests.py", Path(given.model).name, "--dtype", given.dtype]
    origin = provenance(shlex.join(command), ("torch", "transformers"))
    rows = [{**row, "questions": len(lines), **origin} for row in rows]
    print(counts)
    write_rows(given.output, [{key: str(value) for key, value in row.items()} for row in rows])


if __name__ == "__main__":
    main()
