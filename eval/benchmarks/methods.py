"""Every method of selection on every development set: evidence, answers and time, beside the default.

    python eval/benchmarks/methods.py DATA --cache CACHE --limit 10
    python eval/benchmarks/methods.py DATA --cache CACHE --limit 2 --decoder MODEL

DATA is the folder of prepared sets. Sets take turns, question by question, and what is measured is kept in CACHE as it
comes: a run that was stopped goes on, and rows are of what there is. With ``--decoder`` the methods that ask a language
model are measured instead, beside a few others on the same questions, which are shorter. They share what that model
said of a question's passages; a time counts the whole of it for each. Differences are paired over the questions that
both have seen.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, tee, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from excerpt.chain import Chain
from excerpt.compressors import Extractive
from excerpt.compressors.language_model.gemfilter import GemFilter
from excerpt.compressors.language_model.longllmlingua import LongLLMLingua
from excerpt.compressors.language_model.perception import PerceptionCompressor
from excerpt.compressors.language_model.selective_context import SelectiveContext
from excerpt.compressors.language_model.specpc import SpecPC
from excerpt.compressors.scorers.language_model.question_likelihood import question_likelihood
from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.cells import Cell
from excerpt.eval.chains import Compresses, named_chain
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models.generation.likelihood import CausalLikelihood, TokenLogs
from excerpt.models.protocols import Check
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.presets import chain_from_config

RATIOS = (0.1, 0.25)
METRICS = ("evidence_recall", "answer_recall")
RIVALS = ("default", "rerank-and-truncate")
PLAIN = (
    "default", "fast", "rerank-and-truncate", "oracle", "acc-rag", "adaptive-k", "beyond-nearest-neighbors", "comi",
    "compact", "dslr", "ecorag", "late-interaction", "ldar", "lexical", "lingoedu", "llmlingua2", "longcodezip",
    "loocomp", "passage-similarity", "qgc", "recomp-extractive", "semantic-compression", "sentinel", "similarity-mix",
    "tcra-llm",
)  # fmt: skip
SELECTORS = (
    "facility-location",
    "marginal-gain",
    "neighbours",
    "novel",
    "ranked-rate",
    "relative-mass",
    "knapsack",
)
SLOW = ("tcra-llm",)  # seconds a question
FEW = 2  # questions of each set for these
BESIDE_DECODED = ("default", "fast", "rerank-and-truncate", "oracle")
LONGEST = 40_000  # characters of a question's passages
SHORT = (8_000, 16_000)  # for language models: of a set that has none of the first size, of the second

Seen = dict[tuple[str, str, float], dict[str, Any]]


class Shared:
    """A language model that reads no continuation twice, and knows what that spared."""

    def __init__(self, model: CausalLikelihood) -> None:
        self._model = model
        self._known: dict[tuple[str, str], tuple[TokenLogs, float]] = {}
        self._spared = 0.0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the model's own
        return getattr(self._model, name)

    def log_probabilities(self, pairs: Sequence[tuple[str, str]], *, check: Check = None) -> list[TokenLogs]:
        """The model's own."""
        for pair in dict.fromkeys(pairs):
            if pair in self._known:
                self._spared += self._known[pair][1]
                continue
            began = time.process_time()
            (read,) = self._model.log_probabilities([pair], check=check)
            self._known[pair] = read, 1000 * (time.process_time() - began)
        return [self._known[pair][0] for pair in pairs]

    def settle(self) -> float:
        """Milliseconds that were spared since the last call."""
        spared, self._spared = self._spared, 0.0
        return spared

    def forget(self) -> None:
        """What is known is of one question."""
        self._known.clear()


def main() -> None:
    """Measure what is missing, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10, help="questions of each set")
    parser.add_argument("--decoder", help="directory or name of a causal language model")
    parser.add_argument("--out", type=Path, help="where the rows go, if not to eval/results")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    what = "methods_decoder" if given.decoder else "methods"
    cache = given.cache / f"{what}.jsonl"
    seen = known(cache)
    shared = Shared(CausalLikelihood(given.decoder, batch=1, dtype="bfloat16")) if given.decoder else None
    chains = plain() if shared is None else decoded(given.decoder, shared)
    sizes = (LONGEST,) if shared is None else SHORT
    made: dict[str, Compresses] = {}
    for turn, question, row in questions(given.data, given.limit, sizes):
        wanted = [name for name in chains if turn < FEW or name not in SLOW]
        missing = [name for name in wanted if (name, question, RATIOS[-1]) not in seen]
        made |= {name: chains[name]() for name in missing if name not in made}
        measure = measured(row, {name: made[name] for name in missing}, shared)
        for name, found in measure:
            note(cache, seen, name, question, found)
        if shared is not None:
            shared.forget()
        print(question, flush=True)
    command = f"python eval/benchmarks/methods.py DATA --cache CACHE --limit {given.limit}"
    command += " --decoder SmolLM2-135M-Instruct" if given.decoder else ""
    out = given.out or Path(__file__).parents[1] / "results" / f"{what}.csv"
    write_rows(out, [{"what": what, **row, **provenance(command)} for row in rows(seen, chains)])


def plain() -> dict[str, Callable[[], Compresses]]:
    """The methods that need no language model."""
    return {name: lambda name=name: named_chain(name) for name in PLAIN} | {
        f"evidence, {name}": lambda name=name: with_selector(name) for name in SELECTORS
    }


def decoded(decoder: str, model: Shared) -> dict[str, Callable[[], Compresses]]:
    """The methods that ask a language model, and what they are compared with."""
    return {
        **{name: lambda name=name: named_chain(name) for name in BESIDE_DECODED},
        "gemfilter": lambda: Chain([GemFilter(decoder)]),
        "specpc": lambda: Chain([SpecPC(decoder)]),
        "selective-context": lambda: Chain([SelectiveContext(model)]),
        "selective-context, sentence": lambda: Chain([SelectiveContext(model, unit="sentence")]),
        "longllmlingua": lambda: Chain([LongLLMLingua(model)]),
        "longllmlingua, sentence": lambda: Chain([LongLLMLingua(model, unit="sentence")]),
        "perception-compressor": lambda: Chain([PerceptionCompressor(model)]),
        "perception-compressor, sentence": lambda: Chain([PerceptionCompressor(model, unit="sentence")]),
        "question-likelihood, passage": lambda: Chain(
            [Extractive("likely", "passage", question_likelihood(model), headroom=None), "rerank-truncate"]
        ),
    }


def with_selector(name: str) -> Compresses:
    """The default's units and scores under another selector."""
    return chain_from_config({"stage": [{"unit": "record", "scorer": "evidence", "selector": name}]}, name)


def questions(data: Path, limit: int, sizes: Sequence[int]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Questions of all development sets in turns, those with very long passages left out: turn, name, question."""
    folder = PreparedFolder(data)
    sets = [short(folder, name, limit, sizes) for name, split in folder.sets() if split == "dev"]
    for turn, one_of_each in enumerate(zip_longest(*sets)):
        yield from ((turn, *one) for one in one_of_each if one is not None)


def short(
    folder: PreparedFolder, name: str, limit: int, sizes: Sequence[int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first questions of a set that are not too long, numbered among those of `LONGEST` characters at most.

    Args:
        folder: The sets.
        name: Of the set.
        limit: How many.
        sizes: Characters that the passages may have; the second where none has the first.
    """
    counted = ((sum(len(one["text"]) for one in row["passages"]), row) for row in folder.rows(name, "dev"))
    fit = enumerate((size, row) for size, row in counted if size <= LONGEST)
    for most in sizes:
        fit, again = tee(fit)
        found = islice(((f"{name} {number}", row) for number, (size, row) in again if size <= most), limit)
        first = next(found, None)
        if first is not None:
            yield first
            yield from found
            return


def measured(
    row: Mapping[str, Any], chains: Mapping[str, Compresses], shared: Shared | None
) -> Iterator[tuple[str, dict[float, dict[str, Any]]]]:
    """What each chain keeps of one question, at each ratio.

    Chains share vectors of the question's sentences, which a time counts whole for each.
    """
    if shared is None:
        cells = evaluate([row], chains, RATIOS).cells if chains else {}
        taken = {key: cell.milliseconds[0] for key, cell in cells.items()}
    for name, chain in chains.items():
        if shared is not None:
            cells, taken = measured_apart(row, name, chain, shared)
        yield name, {ratio: values(cells[name, ratio], taken[name, ratio]) for ratio in RATIOS}


def values(cell: Cell, milliseconds: float) -> dict[str, Any]:
    """What is noted of one question."""
    kept = cell.tokens[0] if cell.tokens else (1, 0)
    return {
        **{metric: float(cell.column(metric)[0]) for metric in METRICS},
        "milliseconds": milliseconds,
        "kept": kept[1] / max(kept[0], 1),
        "errors": cell.errors,
    }


def measured_apart(
    row: Mapping[str, Any], name: str, chain: Compresses, shared: Shared
) -> tuple[dict[tuple[str, float], Cell], dict[tuple[str, float], float]]:
    """A ratio at a time, and what each takes of the processor with all that the model read before."""
    scores = ScoreCache(DiskCache(":memory:"))
    cells: dict[tuple[str, float], Cell] = {}
    taken: dict[tuple[str, float], float] = {}
    for ratio in RATIOS:
        shared.settle()
        began = time.process_time()
        cells |= evaluate([row], {name: chain}, [ratio], cache=scores).cells
        own = 1000 * (time.process_time() - began) + shared.settle()
        taken[name, ratio] = max([own, *taken.values()])  # its scores may be known from the ratio before
    return cells, taken


def known(path: Path) -> Seen:
    """What was measured before."""
    seen: Seen = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            one = json.loads(line)
            seen[one["method"], one["question"], one["ratio"]] = one
    return seen


def note(path: Path, seen: Seen, name: str, question: str, found: Mapping[float, Mapping[str, Any]]) -> None:
    """Keep what was measured, in memory and in the file."""
    with path.open("a", encoding="utf-8") as file:
        for ratio, values in found.items():
            one = {"method": name, "question": question, "ratio": ratio, **values}
            seen[name, question, ratio] = one
            file.write(json.dumps(one) + "\n")


def rows(seen: Seen, names: Iterable[str]) -> Iterator[dict[str, str]]:
    """One row for each method and ratio: means over all questions, and paired differences."""
    there = {method for method, _, _ in seen}
    methods = [name for name in names if name in there]
    for ratio in RATIOS:
        for method in methods:
            asked = [question for name, question, at in seen if name == method and at == ratio]
            mine = [seen[method, question, ratio] for question in asked]
            row = {
                "method": method, "ratio": f"{ratio:g}", "questions": str(len(asked)),
                "sets": str(len({question.rpartition(" ")[0] for question in asked})),
                "failed": str(sum(bool(one["errors"]) for one in mine)),
                "kept": f"{np.mean([one['kept'] for one in mine]):.3f}",
            }  # fmt: skip
            for metric in METRICS:
                row |= shown(metric, mean(np.array([one[metric] for one in mine])))
            for rival in RIVALS:
                both = [question for question in asked if (rival, question, ratio) in seen]
                columns = [
                    np.array([seen[name, question, ratio]["evidence_recall"] for question in both])
                    for name in (method, rival)
                ]
                less = difference(*columns)
                row |= shown(f"less {rival}", less) | {f"against {rival}": less.verdict}
                if rival == RIVALS[1]:
                    row["ahead on"] = ahead(both, *columns)
            taken = [one["milliseconds"] for one in mine if one["milliseconds"] == one["milliseconds"]]
            row["milliseconds"] = f"{statistics.median(taken):.4g}" if taken else ""
            yield row


def ahead(asked: list[str], mine: np.ndarray, theirs: np.ndarray) -> str:
    """On how many of the sets the mean is above the rival's by a point or more."""
    names = np.array([question.rpartition(" ")[0] for question in asked])
    count = 0
    for name in dict.fromkeys(names):
        each = (mine - theirs)[names == name]
        each = each[~np.isnan(each)]
        count += len(each) > 0 and float(each.mean()) >= 0.01
    return f"{count} of {len(set(names))}"


def shown(name: str, estimate: Estimate) -> dict[str, str]:
    """A value with its interval, as columns."""
    columns = {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return {column: "" if value != value else f"{value:.4f}" for column, value in columns.items()}  # noqa: PLR0124 - NaN


if __name__ == "__main__":
    main()
