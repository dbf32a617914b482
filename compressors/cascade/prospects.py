"""What may be in windows that nobody has read: their words, and what those that have been read came to.

``BEFORE`` has a line for each feature that there is before anything has been read, ``AFTER`` for each that needs
something read. They mean the same for ten passages and for a thousand: ranks, shares, differences to what the budget
keeps by the present scores.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.terms.additive import bundled_weights
from excerpt.compressors.terms.candidates import Candidates, Floats
from excerpt.compressors.terms.links import link_columns
from excerpt.compressors.terms.matches import match_columns
from excerpt.values.types import Passage, Units

__all__ = ["AFTER", "BEFORE", "Prospects", "Reading"]

_LENGTH_WEIGHT = 0.4  # as in the lexical ranker
_LEADS, _FIRST = 5, 4  # units that are followed; those of them that say where in the order the best stood
_FAR = -20.0  # stands for a score that there is not

_BEST = {
    "passage.z": "passage.z",
    "passage.best": "passage.best",
    "named": "named.any",
    "names": "names.any",
    "shared.names": "shared.names",
    "shared.share": "shared.share",
    "feedback": "feedback",
    "missing": "missing",
    "title": "title",
    "title.asked": "title.asked",
    "bm25.z": "bm25.z",
    "near": "near.best",
    "digits": "digits",
}
"""Features that are the highest of a lexical feature among the window's units."""

BEFORE: Mapping[str, str] = MappingProxyType(
    {
        "cut": "best lexical score in the window, less that of the last unit that the budget buys by lexical scores",
        "z": "the same as a z-score among all units",
        "rank": "log(1 + windows with a better best)",
        "behind": "the best lexical score of all less the window's",
        "place": "log of the characters that are bought before the window's best, over those that the budget buys",
        **{name: f"highest {lexical} of the lexical ranker" for name, lexical in _BEST.items()},
        "characters": "log of the window's characters",
        "units": "log of its units",
        "windows": "log of the number of windows",
        "unread": "share of all characters that is unread",
        "share": "share of all characters that the window is",
        "budget": "log of the share of all characters that the budget buys",
        "terms": "log(1 + words of the question that stand anywhere)",
    }
)

AFTER: Mapping[str, str] = MappingProxyType(
    {
        **BEFORE,
        "top": "best score that has been read",
        "top.cut": "the same less the score of the last unit that the budget buys",
        "spread": "standard deviation of the scores that have been read",
        "close": "log(1 + units within 1 of the best)",
        "from": "mean place in the lexical order, as a share of the windows, of the best four",
        "from.last": "the highest of the four",
        "late": "the best score less the best of the third of windows that match least of those that have been read",
        "same": "best score in the same passage less that of the last unit that the budget buys",
        "beside": "the same in the windows before and after in the same passage",
        "found": "share, by idf, of the question's words that the best four have",
    }
)


class Reading(NamedTuple):
    """What has been read so far.

    Attributes:
        known: Which units, bools ``(n,)``.
        scores: Scores of all units, float64 ``(n,)``.
    """

    known: NDArray[np.bool_]
    scores: NDArray[np.float64]

    @property
    def read_scores(self) -> NDArray[np.float64]:
        """The same, minus infinity for the units that have not been read."""
        return np.where(self.known, self.scores, -np.inf)


class Prospects:
    """The windows of one call by their words.

    Args:
        query: The question.
        passages: Those that ``units.passage`` counts; each has a unit.
        units: The candidates, at least one.
        window: The window of each, ``(n,)``, ascending.
        passage: The passage of each window, ``(w,)``.
        budget: The share of all characters that can be kept.
    """

    def __init__(  # noqa: PLR0917 - what there is to know
        self,
        query: str,
        passages: list[Passage],
        units: Units,
        window: NDArray[np.int64],
        passage: NDArray[np.int64],
        budget: float,
    ) -> None:
        self.window, self.passage, self.budget = window, passage, budget
        self.size = (units.end - units.start).astype(np.float64)
        self._candidates = Candidates(query, passages, units)
        self._columns = match_columns(self._candidates)
        self._blend = self._columns.pop("blend")

    @property
    def windows(self) -> int:
        """How many there are."""
        return len(self.passage)

    def lexical(self, reading: Reading | None = None) -> tuple[NDArray[np.float64], dict[str, Floats]]:
        """The lexical score of each unit, and what it was made of; the leads are the best that have been read."""
        leads = None if reading is None else _leads(reading.read_scores, _LEADS)
        columns = self._columns | link_columns(self._candidates, self._blend, leads)
        return bundled_weights().score(columns) - _LENGTH_WEIGHT * np.log(self.size), columns

    def features(
        self, lexical: NDArray[np.float64], columns: Mapping[str, Floats], reading: Reading | None = None
    ) -> dict[str, Floats]:
        """Every feature of ``BEFORE``, or of ``AFTER`` where something has been read, ``(w,)`` each.

        Args:
            lexical: What `lexical` gave, like ``columns``.
            columns: See there.
            reading: What has been read; None for nothing.
        """
        best = self.best(lexical)
        rank = np.empty(self.windows)
        rank[np.argsort(-best, kind="stable")] = np.arange(self.windows)
        expected = lexical if reading is None else reading.scores
        found = self._matches(lexical, best, rank, columns) | self._sizes(expected, reading)
        if reading is not None:
            found |= self._scores(expected, rank, reading)
        return {name: values.astype(np.float32) for name, values in found.items()}

    def _matches(
        self,
        lexical: NDArray[np.float64],
        best: NDArray[np.float64],
        rank: NDArray[np.float64],
        columns: Mapping[str, Floats],
    ) -> dict[str, NDArray[np.float64]]:
        return {
            "cut": best - self._cut(lexical),
            "z": (best - lexical.mean()) / max(float(lexical.std()), 1e-6),
            "rank": np.log1p(rank),
            "behind": best.max() - best,
            **{name: self.best(columns[of], 0.0) for name, of in _BEST.items()},
        }

    def _sizes(
        self, expected: NDArray[np.float64], reading: Reading | None
    ) -> dict[str, NDArray[np.float64]]:
        order = np.argsort(-expected, kind="stable")
        before = np.empty(len(order))
        before[order] = np.cumsum(self.size[order]) - self.size[order]
        first = np.full(self.windows, np.inf)
        np.minimum.at(first, self.window, before)
        first[~np.isfinite(first)] = self.size.sum()
        size, total = np.bincount(self.window, self.size, minlength=self.windows), self.size.sum()
        units = np.bincount(self.window, minlength=self.windows)
        unread = total if reading is None else self.size[~reading.known].sum()
        bought = max(self.budget * total, 40.0)
        terms = np.log1p(len(self._candidates.terms))
        same = {"windows": np.log(self.windows), "unread": unread / total, "budget": np.log(self.budget)}
        return {
            "place": np.log((first + 40.0) / bought),
            "characters": np.log1p(size),
            "units": np.log1p(units),
            "share": size / total,
            **{name: np.full(self.windows, value) for name, value in {**same, "terms": terms}.items()},
        }

    def _scores(
        self, expected: NDArray[np.float64], rank: NDArray[np.float64], reading: Reading
    ) -> dict[str, NDArray[np.float64]]:
        """What the windows that have been read came to."""
        scores = reading.scores[reading.known]
        cut, top = self._cut(expected), scores.max()
        best = self.best(reading.read_scores, -np.inf)
        read = np.flatnonzero(np.isfinite(best))
        late = read[np.argsort(rank[read])][-max(1, len(read) // 3) :]
        leads = _leads(reading.read_scores, _FIRST)
        came = rank[self.window[leads]] / self.windows
        of_passage = np.full(int(self.passage[-1]) + 1, -np.inf)
        np.maximum.at(of_passage, self.passage, best)
        beside = np.maximum(self._shifted(best, 1), self._shifted(best, -1))
        asked = self._candidates
        has = (asked.tf[leads] + asked.around_tf[leads] > 0).any(axis=0)
        one = {
            "top": top,
            "top.cut": top - cut,
            "spread": scores.std(),
            "close": np.log1p((scores > top - 1).sum()),
            "from": came.mean(),
            "from.last": came.max(),
            "late": top - best[late].max(),
            "found": float((asked.idf * has).sum()) / max(float(asked.idf.sum()), 1e-9),
        }
        return {
            **{name: np.full(self.windows, value) for name, value in one.items()},
            "same": np.maximum(of_passage[self.passage] - cut, _FAR),
            "beside": np.maximum(beside - cut, _FAR),
        }

    def _shifted(self, best: NDArray[np.float64], step: int) -> NDArray[np.float64]:
        """The value of the window beside each in the same passage; minus infinity where there is none."""
        beside = np.roll(best, step)
        other = np.roll(self.passage, step) != self.passage
        beside[other] = -np.inf
        beside[0 if step > 0 else -1] = -np.inf
        return beside

    def best(self, values: NDArray[np.floating], fill: float = _FAR) -> NDArray[np.float64]:
        """The highest in each window; ``fill`` for one without units."""
        best = np.full(self.windows, -np.inf)
        np.maximum.at(best, self.window, values)
        return np.where(np.isneginf(best), fill, best)

    def _cut(self, scores: NDArray[np.float64]) -> float:
        """The score of the last unit that the budget buys, best first."""
        order = np.argsort(-scores, kind="stable")
        bought = np.searchsorted(np.cumsum(self.size[order]), self.budget * self.size.sum())
        return float(scores[order[min(int(bought), len(order) - 1)]])


def _leads(scores: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    leads = np.argsort(-scores, kind="stable")[:count]
    return leads[np.isfinite(scores[leads])]
