"""Measure how many questions a second one process answers, on one core and on all of them.

Every way answers the same questions; within a round the ways take turns, so that a ratio compares what stands beside
each other in time. Rows are one way, and its ratio to ``one core`` (one call after another, one forward pass at a
time) as the median over rounds. Cores is the processor time of the process over the
wall time.
Remembered states are dropped before each way, and texts are compared over all ways. Run from the repository root:

    python eval/benchmarks/every_core.py QUESTIONS.jsonl.gz --chain default --out eval/results/every_core.csv

QUESTIONS has ``question`` and ``passages`` in each line, as `excerpt compress` takes them.
"""

import argparse
import asyncio
import csv
import gzip
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from excerpt import Chain, load_chain
from excerpt.eval.provenance import provenance
from excerpt.parallel.cores import available_cores, limit_cores

Question = tuple[str, list[str]]
Row = dict[str, Any]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--chain", default="default")
    parser.add_argument("--calls", type=int, default=16)
    parser.add_argument("--passages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    chain, questions = load_chain(given.chain), list(_questions(given.questions, given.calls, given.passages))
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        available_cores(), mp_context=spawned, initializer=_begin, initargs=(chain.name,)
    ) as pool:
        rows = _measure(_ways(chain, questions, pool), chain, len(questions), given.rounds)
    command = (
        f"python eval/benchmarks/every_core.py QUESTIONS.jsonl.gz --chain {given.chain} --calls {given.calls}"
    )
    about = {"chain": given.chain, "calls": given.calls, "rounds": given.rounds}
    full = [about | row | {"load_1min": f"{os.getloadavg()[0]:.1f}"} | provenance(command) for row in rows]
    for row in full:
        print({name: row[name] for name in ("way", "calls_per_s", "cores", "times_one_core", "same_text")})
    if given.out is not None:
        _write(given.out, full)


def _questions(path: Path, calls: int, passages: int) -> Iterator[Question]:
    """Questions with so many passages each: those of the questions behind it stand in for what is missing."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, calls)]
    for first in range(len(records)):
        turned = records[first:] + records[:first]
        texts = [passage["text"] for record in turned for passage in record["passages"]]
        yield records[first]["question"], texts[:passages]


def _begin(name: str) -> None:
    limit_cores(1)
    _answer(name, ("what?", ["Nothing.", "Something else."]), 2)


def _answer(name: str, question: Question, budget: int = 500) -> str:
    chain = load_chain(name)
    _forget(chain)  # each question is another: nothing is remembered within one process either
    return chain.compress(*question, budget=budget).text


def _ways(
    chain: Chain, questions: Sequence[Question], pool: ProcessPoolExecutor
) -> dict[str, Callable[[], list[str]]]:
    everything = available_cores()

    def one_after_another() -> list[str]:
        return [chain.compress(*question, budget=500).text for question in questions]

    def one_core() -> list[str]:
        limit_cores(1)
        try:
            return one_after_another()
        finally:
            limit_cores(everything)

    def eight_threads() -> list[str]:
        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(lambda question: chain.compress(*question, budget=500).text, questions))

    def batch() -> list[str]:
        queries, lists = zip(*questions, strict=True)
        return [result.text for result in chain.compress_batch(queries, lists, budget=500)]

    def awaited() -> list[str]:
        async def ask() -> list[Any]:
            return await asyncio.gather(*[chain.acompress(*question, budget=500) for question in questions])

        return [result.text for result in asyncio.run(ask())]

    def processes() -> list[str]:
        return list(pool.map(partial(_answer, chain.name), questions))

    return {
        "one core": one_core,
        "a process a core": processes,
        "one after another": one_after_another,
        "8 threads": eight_threads,
        "compress_batch": batch,
        "acompress": awaited,
    }


def _measure(ways: dict[str, Callable[[], list[str]]], chain: Chain, calls: int, rounds: int) -> list[Row]:
    for way in ways.values():  # opens the models, starts threads and processes
        expected = way()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    same = dict.fromkeys(ways, True)
    for number in range(rounds):
        names = list(ways)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            _forget(chain)
            wall, processor = time.perf_counter(), time.process_time()
            texts = ways[name]()
            taken[name].append((time.perf_counter() - wall, time.process_time() - processor))
            same[name] &= texts == expected
    rows = []
    for name, times in taken.items():
        ratios = [one[0] / mine[0] for one, mine in zip(taken["one core"], times, strict=True)]
        rows.append(
            {
                "way": name,
                "calls_per_s": f"{statistics.median(calls / wall for wall, _ in times):.2f}",
                "cores": ""
                if name == "a process a core"
                else f"{statistics.median(processor / wall for wall, processor in times):.2f}",
                "times_one_core": f"{statistics.median(ratios):.2f}",
                "lowest": f"{min(ratios):.2f}",
                "highest": f"{max(ratios):.2f}",
                "same_text": same[name],
            }
        )
    return rows


def _forget(chain: Chain) -> None:
    """Drop what models remember of the texts of the last way."""
    for stage in chain.stages:
        scorer = getattr(stage, "scorer", stage)
        for part in (scorer, getattr(scorer, "encoder", None)):
            if hasattr(part, "forget"):
                part.forget()


def _write(path: Path, rows: Sequence[Row]) -> None:
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        if fresh:
            table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main()
