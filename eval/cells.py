"""What each chain did at each limit: the scores of its questions, and one row of their means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from excerpt.eval.limits import Limit
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.metrics.scores import METRICS

__all__ = ["Cell", "Row", "stage_medians"]


@dataclass(slots=True)
class Cell:
    """What one chain did at one limit.

    Args:
        scores: For each question an array in the order of ``METRICS``.
        milliseconds: For each question what the compression took; NaN where it failed.
        tokens: For each question that did not fail the tokens of the whole context and of what was left.
        stages: For each stage what it took, question by question; questions that it did not see are left out.
        errors: What failed, with the question's id.
        breaches: What must always hold and did not, with the question's id.
    """

    scores: list[NDArray[np.float64]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    tokens: list[tuple[int, int]] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    def column(self, metric: str) -> NDArray[np.float64]:
        """One metric over the questions, ``(questions,)``."""
        return np.array([scores[METRICS.index(metric)] for scores in self.scores])

    def latency(self) -> dict[str, float]:
        """Median milliseconds of each stage, in the order they ran, and ``"other"``: counting and rendering."""
        return stage_medians([self])

    @property
    def median_milliseconds(self) -> float:
        """Of a whole compression; NaN where none came to an end."""
        return _median(self.milliseconds)


def stage_medians(cells: Sequence[Cell]) -> dict[str, float]:
    """As `Cell.latency`, over the questions of several cells of one chain."""
    stages: dict[str, list[float]] = {}
    for cell in cells:
        for name, taken in cell.stages.items():
            stages.setdefault(name, []).extend(taken)
    medians = {name: _median(taken) for name, taken in stages.items()}
    rest = _median([one for cell in cells for one in cell.milliseconds]) - sum(medians.values())
    return {**medians, "other": rest if rest > 0 else 0.0}  # also where nothing came to an end


def _median(values: Sequence[float]) -> float:
    done = [value for value in values if not np.isnan(value)]
    return float(np.median(done)) if done else float("nan")


@dataclass(frozen=True, slots=True)
class Row:
    """One chain at one limit.

    Args:
        chain: Its name.
        limit: What was asked for: a kept ratio, or tokens.
        tokenizer: What counted.
        questions: How many there were.
        errors: On how many it failed.
        breaches: How many times something that always holds did not.
        estimates: The mean of each metric with its interval.
        milliseconds: The median compression took so long.
    """

    chain: str
    limit: Limit
    tokenizer: str
    questions: int
    errors: int
    breaches: int
    estimates: Mapping[str, Estimate]
    milliseconds: float = float("nan")

    def to_dict(self) -> dict[str, str]:
        """As CSV goes: for each metric its value, both ends of the interval, and its number of questions."""
        row = {
            "chain": self.chain,
            "ratio": "" if isinstance(self.limit, int) else f"{self.limit:g}",
            "budget": str(self.limit) if isinstance(self.limit, int) else "",
            "tokenizer": self.tokenizer,
            "questions": str(self.questions),
            "errors": str(self.errors),
            "breaches": str(self.breaches),
        }
        for name, estimate in self.estimates.items():
            row[name] = _shown(estimate.value)
            row[f"{name}_low"] = _shown(estimate.low)
            row[f"{name}_high"] = _shown(estimate.high)
            row[f"{name}_questions"] = str(estimate.questions)
        return row | {"milliseconds": _shown(self.milliseconds)}


def _shown(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.4f}"
