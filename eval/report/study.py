"""What a report is made of: an evaluation of several sets, and what was around it."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.eval.cells import stage_medians
from excerpt.eval.data.questions import Question
from excerpt.eval.limits import Limit, shown
from excerpt.eval.metrics.bootstrap import Estimate, difference, mean
from excerpt.eval.metrics.scores import score
from excerpt.eval.table import Table
from excerpt.models.generation.prices import Price
from excerpt.values.compressed import Compressed

__all__ = ["BOUNDS", "Example", "Study", "WorstQuestions", "main_metric"]

BOUNDS = frozenset({"full", "no-context", "oracle"})
"""Chains that nobody would run: their time and cost are not shown."""


def main_metric(tables: Iterable[Table]) -> str:
    """What summaries show: F1, else likelihood, recall of evidence, answers or gold passages, or agreement."""
    rows = [table.rows()[0] for table in tables]
    for metric in ("f1", "likelihood", "evidence_recall", "answer_recall", "gold_recall", "agreement"):
        if any(row.estimates[metric].questions for row in rows):
            return metric
    return "kept_tokens"


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what some chains made of it.

    Args:
        question: The question.
        lost: The share of its evidence that the first chain lost, or 1 where it lost the answer.
        views: By chain and limit.
    """

    question: Question
    lost: float
    views: Mapping[tuple[str, float], Compressed]


class WorstQuestions:
    """Keeps the questions of which the first chain lost most. Give its `see` to ``evaluate`` as ``watch``.

    Args:
        chains: Whose views to keep; the first one decides which questions.
        limit: Where: a kept ratio, or tokens.
        most: How many questions.
    """

    def __init__(self, chains: Sequence[str], limit: Limit, most: int) -> None:
        self.chains, self.limit, self.most = tuple(chains), limit, most
        self._heap: list[tuple[float, int, Example]] = []
        self._seen = 0

    def see(self, question: Question, found: Mapping[tuple[str, float], Compressed]) -> None:
        """Note one question."""
        self._seen += 1
        views = {
            (name, self.limit): found[name, self.limit] for name in self.chains if (name, self.limit) in found
        }
        first = views.get((self.chains[0], self.limit)) if self.chains else None
        if first is None or self.most == 0:
            return
        scores = score(question, first, self.limit)
        kept = scores.answer_recall if np.isnan(scores.evidence_recall) else scores.evidence_recall
        lost = 0.0 if np.isnan(kept) else 1.0 - kept
        # Of two that lost alike the earlier one; the number also keeps the heap from comparing examples.
        heapq.heappush(self._heap, (lost, -self._seen, Example(question, lost, views)))
        if len(self._heap) > self.most:
            heapq.heappop(self._heap)

    @property
    def examples(self) -> list[Example]:
        """The worst first."""
        return [example for _, _, example in sorted(self._heap, key=lambda entry: (-entry[0], -entry[1]))]


@dataclass(frozen=True)
class Study:
    """An evaluation of one or several sets with the same chains and limits.

    Args:
        tables: By the set's name.
        command: What makes the report again.
        around: Versions, hardware, date (`excerpt.eval.provenance`).
        peers: Versions of the peers that ran, by name.
        skipped: Why other peers did not.
        memory: MiB that each chain's own process took at most, where that was measured.
        prices: What tokens cost, by the reader's name.
        examples: Questions to look at, by set.
        reference: The chain that others are held against; empty for none.
        focus: The chains that the report is about; the rest are baselines.
        seed: For the confidence intervals over all sets.
    """

    tables: Mapping[str, Table]
    command: str
    around: Mapping[str, str]
    peers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    examples: Mapping[str, Sequence[Example]] = field(default_factory=dict)
    reference: str = "rerank-and-truncate"
    focus: tuple[str, ...] = ()
    seed: int = 0
    _known: dict[tuple[str, str, float, str], Estimate] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def first(self) -> Table:
        """Any of the tables: chains and limits are the same in all."""
        return next(iter(self.tables.values()))

    @cached_property
    def metric(self) -> str:
        """The main metric of all sets together."""
        return main_metric(self.tables.values())

    @property
    def questions(self) -> int:
        """Of all sets."""
        return sum(len(next(iter(table.cells.values())).scores) for table in self.tables.values())

    def pooled(self, chain: str, limit: Limit, metric: str) -> NDArray[np.float64]:
        """A metric over the questions of all sets, ``(questions,)``."""
        return np.concatenate([table.cells[chain, limit].column(metric) for table in self.tables.values()])

    def estimate(self, chain: str, limit: Limit, metric: str) -> Estimate:
        """The mean over the questions of all sets, each counting once."""
        key = ("mean", chain, limit, metric)
        if key not in self._known:
            self._known[key] = mean(self.pooled(chain, limit, metric), seed=self.seed)
        return self._known[key]

    def against(self, chain: str, limit: Limit, metric: str) -> Estimate:
        """The paired difference to the reference over the questions of all sets."""
        key = ("difference", chain, limit, metric)
        if key not in self._known:
            columns = [self.pooled(name, limit, metric) for name in (chain, self.reference)]
            self._known[key] = difference(*columns, seed=self.seed)
        return self._known[key]

    def overspends(self, chain: str, limit: Limit) -> bool:
        """Whether a chain kept more than the reference by a twentieth: then its quality cannot be held against it."""
        kept = [self.estimate(name, limit, "kept_tokens").value for name in (chain, self.reference)]
        return kept[0] > 1.05 * kept[1]

    def verdict(self, chain: str, limit: Limit, metric: str) -> str:
        """Of the paired difference to the reference (`Estimate.verdict`), or ``"kept more"``."""
        return "kept more" if self.overspends(chain, limit) else self.against(chain, limit, metric).verdict

    def set_verdicts(self, chain: str, limit: Limit, metric: str) -> list[str]:
        """For each set whether a chain is better than the reference, worse, or neither can be said."""
        return [table.compare(chain, self.reference, limit, metric).verdict for table in self.tables.values()]

    def latency(self, chain: str, limit: Limit) -> dict[str, float]:
        """Median milliseconds of each stage over the questions of all sets."""
        return stage_medians([table.cells[chain, limit] for table in self.tables.values()])

    def tokens(self, chain: str, limit: Limit) -> tuple[float, float]:
        """Mean tokens in and out over the questions of all sets."""
        counts = [pair for table in self.tables.values() for pair in table.cells[chain, limit].tokens]
        if not counts:
            return float("nan"), float("nan")
        return float(np.mean([given for given, _ in counts])), float(np.mean([left for _, left in counts]))

    def problems(self) -> dict[str, list[str]]:
        """What failed or broke what always holds, by chain, with the set it happened in."""
        found: dict[str, list[str]] = {}
        for name, table in self.tables.items():
            for (chain, limit), cell in table.cells.items():
                said = [
                    *(f"failed: {one}" for one in cell.errors),
                    *(f"broke: {one}" for one in cell.breaches),
                ]
                found.setdefault(chain, []).extend(f"{name} at {shown(limit)}: {one}" for one in said)
        return {chain: problems for chain, problems in found.items() if problems}
