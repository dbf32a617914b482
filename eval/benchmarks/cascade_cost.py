"""Processor time of a call that reads in rounds, beside one that reads everything and beside the bare encoder.

    python eval/benchmarks/cascade_cost.py FOLDER --output eval/results/cascade_cost.csv

One thread; each question is asked of each in turn, nothing remembered in between, and processor time is what is
counted, so that a busy machine matters little. A pass is the encoder over title and text of every passage. Passages are
those of nq_multidoc, 20 a question, and more where those of several questions are put together.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from cascade_questions import Set, pooled
from large_inputs import WORDS

from excerpt import Chain, Passage
from excerpt.compressors import EvidenceRanker
from excerpt.eval.chains import named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models import SentenceEncoder, load_encoder
from excerpt.values.compressed import Compressed

BUDGET = 500
SIZES = {10: Set("hotpotqa"), 20: Set("nq_multidoc"), 100: Set("nq_multidoc", 5)}


def seconds(encoder: SentenceEncoder | None, call: Callable[[], object]) -> float:
    """Processor time; nothing that the encoder read before is remembered."""
    if encoder is not None:
        encoder.forget()
    started = time.process_time()
    call()
    return time.process_time() - started


def short(count: int) -> dict[str, Any]:
    """A question over so many passages of one sentence."""
    draw = np.random.default_rng(0)
    texts = [f"{' '.join(draw.choice(WORDS, 22)).capitalize()}." for _ in range(count)]
    return {
        "question": "Which ferry invoice has a timeout?",
        "passages": [{"title": "", "text": text} for text in texts],
    }


def measured(name: str, questions: list[dict[str, Any]], chains: dict[str, Chain]) -> list[dict[str, str]]:
    """One row for each chain: medians over questions."""
    times: dict[str, list[float]] = {what: [] for what in ("encoder alone", *chains)}
    shares: dict[str, list[float]] = {what: [] for what in chains}
    encoder = load_encoder()
    for row in questions:
        passages = [Passage(each["text"], title=each["title"]) for each in row["passages"]]
        texts = [passage.titled_text for passage in passages]
        times["encoder alone"].append(seconds(encoder, lambda texts=texts: encoder.encode_tokens(texts)))
        for what, chain in chains.items():
            found: list[Compressed] = []
            times[what].append(
                seconds(
                    getattr(chain.stages[0].scorer, "encoder", None),
                    lambda row=row, chain=chain, passages=passages, found=found: found.append(
                        chain.compress(row["question"], passages, budget=BUDGET)
                    ),
                )
            )
            read = found[0].report.stages[0].read
            shares[what].append(1.0 if read is None else read.tokens / read.of)
    bare = np.array(times["encoder alone"])
    return [
        {
            "passages": name,
            "what": what,
            "milliseconds": f"{1000 * np.median(spent):.1f}",
            "passes": f"{np.median(np.array(spent) / bare):.2f}",
            "read_share": f"{np.mean(shares[what]):.2f}" if what in shares and what != "fast" else "",
            "questions": str(len(questions)),
        }
        for what, spent in times.items()
    ]


def main() -> None:
    """Measure, write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--questions", type=int, default=15, help="of each size")
    results = Path(__file__).parents[1] / "results"
    parser.add_argument("--output", type=Path, default=results / "cascade_cost.csv")
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    chains = {
        "default": Chain([EvidenceRanker()]),
        "everything read": Chain([EvidenceRanker(least_gain=0)]),
        "fast": named_chain("fast"),
    }
    folder = PreparedFolder(given.folder)
    inputs = {str(size): pooled(folder, of, "dev", given.questions) for size, of in SIZES.items()}
    inputs["1000 short"] = [short(1000)] * 2
    for chain in chains.values():
        chain.compress("warm up", ["One sentence. Two sentences here."], budget=4)
    around = provenance("python eval/benchmarks/cascade_cost.py FOLDER")
    rows = []
    for name, questions in inputs.items():
        rows += [{**row, **around} for row in measured(name, questions, chains)]
        for row in rows[-4:]:
            print(
                {key: row[key] for key in ("passages", "what", "milliseconds", "passes", "read_share")},
                flush=True,
            )
    write_rows(given.output, rows)


if __name__ == "__main__":
    main()
