"""What chains keep of the evidence in other languages than English. Rows of docs/guides/languages.md.

    python eval/benchmarks/languages.py FOLDER --states DIR [--again RANKER] [--rounds RANKER]

Budgets are shares of the characters: tokenizers made for English cut other scripts into single letters. Besides the
presets there is ``cosine``: of question and sentence in the multilingual encoder, plus half that of the passage.
The multilingual chain and ``cosine`` read the same states, kept in DIR at one byte a number. No text of XQuAD,
and none in Spanish or Arabic, was trained on. ``records`` are lists, tables, JSON and manuals that
``language_records.py`` makes. A RANKER, a folder, adds the multilingual chain with a ranker that was trained again, or
with one that has a cascade and reads in rounds. With ``--sets`` and ``--chains`` other rows stay as they are.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import numpy as np
from language_records import LANGUAGES, record_questions
from numpy.typing import NDArray

from excerpt.chain import Chain
from excerpt.compressors.evidence_ranker import EvidenceRanker
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.evidence import candidates_of
from excerpt.eval.cache.scorers import ScoreCache
from excerpt.eval.chains import Compresses
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.evaluation import evaluate
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.metrics.scores import METRICS
from excerpt.eval.provenance import provenance
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models import SentenceEncoder
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.models.training.common.kept_states import with_kept_states
from excerpt.presets import load_chain
from excerpt.registry import PRESETS
from excerpt.values.types import Context, Units

SETS = (
    ("xquad", "zh"),
    ("xquad", "ar"),
    ("xquad", "es"),
    ("xquad", "en"),
    ("faquad", "pt"),
    ("cmrc2018", "zh"),
    *(("records", language) for language in LANGUAGES),
)
RATIOS = (0.05, 0.1, 0.25)
RECORD_RATIOS = (0.02, *RATIOS)
"""One record is often all that is asked for; 2% of the characters is one or two. A sentence would seldom fit."""
MEANS = {"xquad": np.mean, "records": np.concatenate}
"""A question and its translations are one: they are not independent. Those about records are no translations."""
METRIC = "evidence_recall"
NEW, AGAIN, ROUNDS = "multilingual", "trained again", "in rounds"
Scored: TypeAlias = Mapping[tuple[str, float], NDArray[np.float64]]
"""Evidence recall of each question, by chain and ratio."""


@dataclass(frozen=True)
class Cosine:
    """Cosine of the question with a record's mean state, plus half that with the passage's.

    Args:
        encoder: Gives the states.
    """

    encoder: SentenceEncoder
    name: ClassVar[str] = "cosine"

    def score(self, context: Context, units: Units) -> NDArray[np.float32]:
        """Sums, float32 ``(n,)``."""
        if len(units) == 0:
            return np.zeros(0, dtype=np.float32)
        seen = candidates_of(self.encoder, context, units)
        own: NDArray[np.float32] = seen.cosines(seen.question.vector[None, :])[:, 0]
        return own + np.float32(0.5) * seen.passage_cosine[seen.group]


def compared(given: argparse.Namespace) -> dict[str, Compresses]:
    """The chains by name; those of the multilingual encoder on kept states."""
    (table,) = PRESETS["multilingual"]["stage"]
    options = {key: value for key, value in table.items() if key != "use"}
    folders = {NEW: options["model"], AGAIN: given.again, ROUNDS: given.rounds}
    rankers = {
        name: EvidenceRanker(**{**options, "model": str(model)}) for name, model in folders.items() if model
    }
    encoder = with_kept_states(rankers[NEW].scorer.encoder, given.states)
    for ranker in rankers.values():
        ranker.scorer = replace(ranker.scorer, encoder=encoder)
    return {
        "default": load_chain("default"),
        "fast": load_chain("fast"),
        **{name: Chain([ranker]) for name, ranker in rankers.items()},
        "cosine": Chain([Extractive("cosine", "record", Cosine(encoder))]),
    }


def rows_of(folder: PreparedFolder, name: str, language: str, limit: int) -> list[dict[str, Any]]:
    """The development questions of one language; those of XQuAD in the same order for each."""
    if name == "records":
        return record_questions(language)[:limit]
    own = [row for row in folder.rows(name, "dev") if row.get("meta", {}).get("lang", language) == language]
    return sorted(own, key=lambda row: str(row.get("meta", {}).get("parallel_id", "")))[:limit]


def measured(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """A row for each language, ratio and chain, and the paired differences of the multilingual chain."""
    chains, folder = compared(given), PreparedFolder(given.folder)
    chains = {name: chain for name, chain in chains.items() if name in given.chains or not given.chains}
    several: dict[str, list[Scored]] = {}
    for name, language in (pair for pair in SETS if pair[0] in given.sets):
        started = time.monotonic()
        cache = ScoreCache(DiskCache(":memory:"))
        questions = rows_of(folder, name, language, given.limit)
        ratios = RECORD_RATIOS if name == "records" else RATIOS
        table = evaluate(questions, chains, ratios, tokenizer=len, cache=cache)
        column = METRICS.index(METRIC)
        scored = {key: np.array([each[column] for each in cell.scores]) for key, cell in table.cells.items()}
        several.setdefault(name, []).append(scored)
        yield from rows({"data": name, "language": language}, scored)
        print(f"{name} {language}: {time.monotonic() - started:.0f} s", flush=True)
    for name, together in ((name, how) for name, how in MEANS.items() if name in several):
        joined = {
            key: together([scored[key] for scored in several[name]], axis=0) for key in several[name][0]
        }
        languages = ", ".join(language for other, language in SETS if other == name)
        yield from rows({"data": name, "language": f"mean of {languages}"}, joined)


def rows(where: Mapping[str, str], scored: Scored) -> Iterator[Mapping[str, object]]:
    """Every chain's mean, and what the multilingual one has more than each other."""
    for ratio in dict.fromkeys(ratio for _, ratio in scored):
        chains = [chain for chain, other in scored if other == ratio]
        found = {chain: mean(scored[chain, ratio]) for chain in chains}
        for other in chains:
            if other != NEW:
                found[f"{NEW} less {other}"] = difference(scored[NEW, ratio], scored[other, ratio])
        for chain, estimate in found.items():
            label = {"chain": chain, "ratio": ratio, "questions": estimate.questions}
            yield {"what": "languages", **where, **label, **interval(estimate)}


def interval(found: Estimate) -> dict[str, str]:
    """An estimate with its 95% interval."""
    return {METRIC: f"{found.value:.4f}", "low": f"{found.low:.4f}", "high": f"{found.high:.4f}"}


def main() -> None:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="prepared question sets")
    parser.add_argument("--states", type=Path, required=True, help="where the encoder's states are kept")
    parser.add_argument("--again", type=Path, help="the folder of another multilingual ranker")
    parser.add_argument("--rounds", type=Path, help="the folder of that ranker with a cascade")
    parser.add_argument("--sets", nargs="*", default=list(dict.fromkeys(name for name, _ in SETS)))
    parser.add_argument("--chains", nargs="*", help="measure these alone, the multilingual one among them")
    parser.add_argument("--limit", type=int, default=60, help="questions of a set and language")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "results" / "languages.csv"
    )
    given = parser.parse_args()
    others = "".join(f" --{name} RANKER" for name in ("again", "rounds") if getattr(given, name))
    origin = provenance(f"python eval/benchmarks/languages.py FOLDER --states DIR{others}")
    found = list(measured(given))
    made = [{**{key: str(value) for key, value in row.items()}, **origin} for row in found]
    write_rows(given.output, merged_rows(given.output, made, ("data", "language", "chain", "ratio")))


if __name__ == "__main__":
    sys.exit(main())
