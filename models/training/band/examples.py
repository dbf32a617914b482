"""From logs of what a reader answered right to the band of ranks that each question needs (LDAR, 2509.21865)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.units.splitting import split
from excerpt.errors import InputError
from excerpt.files.jsonl import read_jsonl
from excerpt.models.training.common.questions import read_question
from excerpt.models.training.common.recipe import setting
from excerpt.values.types import Context

if TYPE_CHECKING:
    from excerpt.models import Encoder

__all__ = ["BandRecipe", "Needed", "needed_bands"]


@dataclass(frozen=True, slots=True)
class BandRecipe:
    """How a band regressor is trained.

    Args:
        base: What the similarities are of; it compares the passages of questions that have no similarities.
        penalty: Of the ridge regression.
        coverage: The margin is such that the bands of so many held-out questions are reached.
        held_out: Share of the questions that the margin and the figures are measured on.
        seed: Of the split.
    """

    base: str = setting("all-MiniLM-L6-v2", help="Encoder that the similarities are of.")
    penalty: float = setting(10.0, help="Of the ridge regression.", kind="amount")
    coverage: float = setting(0.9, help="Share of held-out questions whose band is reached.", kind="share")
    held_out: float = setting(0.2, help="Share of the questions to measure on.", kind="share")
    seed: int = setting(13, help="Of the split.")


class Needed(NamedTuple):
    """One question.

    Attributes:
        scores: Similarities of its passages, best first.
        low: Quantile of the first rank that is needed.
        high: Quantile of the last.
    """

    scores: NDArray[np.float64]
    low: float
    high: float


def needed_bands(path: str | Path, encoder: "Callable[[], Encoder]") -> list[Needed]:
    """The narrowest right band of each question of a file; questions without any are left out.

    Args:
        path: JSONL of log rows, ``{"scores", "first", "last", "correct"}`` with ranks from 1, or of questions with
            evidence: then the right band is the one that holds the passages with evidence.
        encoder: Gives what compares question and passages where there are no similarities.

    Raises:
        InputError: A row is wrong; the message has its line.
    """
    tried: dict[tuple[float, ...], list[tuple[int, int]]] = {}
    found: list[Needed] = []
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        if "scores" not in row:
            found += _of_question(row, where, encoder())
            continue
        scores, first, last, correct = _logged(row, where)
        bands = tried.setdefault(tuple(sorted(scores, reverse=True)), [])
        if correct:
            bands.append((first, last))
    for key, bands in tried.items():
        if bands:
            first, last = min(bands, key=lambda band: (band[1] - band[0], band))
            found.append(_needed(np.array(key), first, last))
    return found


def _needed(scores: NDArray[np.float64], first: int, last: int) -> Needed:
    steps = max(len(scores) - 1, 1)
    return Needed(scores, (first - 1) / steps, (last - 1) / steps)


def _logged(row: Mapping[str, Any], where: str) -> tuple[Sequence[float], int, int, bool]:
    scores, first, last, correct = (row.get(name) for name in ("scores", "first", "last", "correct"))
    if not isinstance(scores, list) or not scores or not all(_is_number(score) for score in scores):
        message = f"{where}: scores: must be a list of finite numbers, got {scores!r:.80}"
        raise InputError(message)
    if type(first) is not int or type(last) is not int or not 1 <= first <= last <= len(scores):
        message = (
            f"{where}: first and last: must be ranks from 1 to {len(scores)}, got {first!r} and {last!r}"
        )
        raise InputError(message)
    if not isinstance(correct, bool):
        message = f"{where}: correct: must be true or false, got {correct!r}"
        raise InputError(message)
    return scores, first, last, correct


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _of_question(row: Mapping[str, Any], where: str, encoder: "Encoder") -> Iterable[Needed]:
    """The band of one labelled question; none where no passage has evidence."""
    question = read_question(row, where)
    context = Context.start(question.query, question.passages)
    units = split("passage", context)
    wanted = [bool(question.evidence[index]) for index in units.passage.tolist()]
    if not any(wanted):
        return []
    scores = np.asarray(EmbeddingSimilarity(encoder).score(context, units), dtype=np.float64)
    order = best_first(scores)
    ranks = np.flatnonzero(np.array(wanted)[order]) + 1
    return [_needed(scores[order], int(ranks[0]), int(ranks[-1]))]
