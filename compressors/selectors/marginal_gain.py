"""COMI's marginal information gain: worth for the question, less what is said already (2602.01719, on text)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_number
from excerpt.compressors.selectors.redundancy import (
    Likeness,
    Similarity,
    candidates,
    likeness,
    relevance,
    similarity_of,
    wants_vectors,
)
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["MarginalGain"]

# So many times the budget is put in order unit by unit; what does not fit is passed over. The rest follow by the gain
# that they have then.
_BEYOND = 2


@dataclass(frozen=True, slots=True)
class MarginalGain:
    """Units in the order of ``alpha x score - beta x (largest cosine with a unit that is chosen already)``.

    With a ``temperature`` the budget is first shared out among passages, as COMI shares its memory out among groups:
    each passage stands for its best unit, and its share is the softmax of that unit's gain among the other passages'
    best; what a passage leaves goes to the next. Without a budget the units whose gain is above 0 are kept. Where the
    paper makes high-gain groups short, more tokens are spent here: they are text, not vectors.

    Args:
        alpha: What the score counts for.
        beta: What repetition counts for; 0 is greedy by score.
        temperature: Of the passages' shares: the larger, the more even; None lets all passages share one budget.
        rescale: Bring the scores of each question to the range of cosines, 0 for the worst and 1 for the best; False
            takes them as they are, which with ``embedding-similarity`` is the paper's.
        similarity: What units are compared by: ``"auto"`` (the scorer's vectors, else words), ``"vectors"``,
            ``"words"``, or a scorer that has vectors.

    Raises:
        ConfigError: An option is of the wrong kind or out of range.
    """

    alpha: float = 1.0
    beta: float = 1.0
    temperature: float | None = None
    rescale: bool = True
    similarity: Similarity = "auto"

    def __post_init__(self) -> None:
        check_number(self.alpha, "marginal-gain: alpha", least=0)
        check_number(self.beta, "marginal-gain: beta", least=0)
        if self.temperature is not None:
            check_number(self.temperature, "marginal-gain: temperature", least=1e-6)
        check_flag(self.rescale, "marginal-gain: rescale")
        object.__setattr__(self, "similarity", similarity_of(self.similarity, "marginal-gain"))

    @property
    def compares(self) -> bool:
        """Whether it reads the vectors of the stage's scorer (`excerpt.contracts.SelectorContract`)."""
        return wants_vectors(self.similarity)

    def __call__(
        self, context: Context, units: Units, scores: NDArray[np.floating], room: Room
    ) -> NDArray[np.int64]:
        """The order in which to buy the units."""
        compared, others = candidates(scores)
        worth = self.alpha * relevance(scores, rescale=self.rescale)[compared]
        like = likeness(context, units, compared, self.similarity)
        picks = _Picks(worth, self.beta, like)
        if room.tokens is None:
            while (best := picks.best()) is not None and picks.gain(best) > 0:
                picks.take(best)
            return compared[picks.taken]
        costs = room.costs(context, units)[compared]
        if self.temperature is not None:
            self._share_out(picks, units.passage[compared], costs, room.tokens)
        while (best := picks.best()) is not None and costs[picks.taken].sum() <= _BEYOND * room.tokens:
            picks.take(best)
        return np.concatenate([compared[picks.taken], compared[picks.rest()], others])

    def _share_out(
        self, picks: "_Picks", passage: NDArray[np.int64], costs: NDArray[np.int64], tokens: int
    ) -> None:
        """Take from each passage what its share of the budget pays for, passages of high gain first."""
        members = [np.flatnonzero(passage == index) for index in np.unique(passage)]
        stand_in = np.array([rows[np.argmax(picks.worth[rows])] for rows in members])
        near = np.array([picks.like(index)[stand_in] for index in stand_in.tolist()])
        np.fill_diagonal(near, 0.0)
        gains = picks.worth[stand_in] - self.beta * near.max(axis=1)
        shares = np.exp((gains - gains.max()) / (self.temperature or 1.0))
        shares *= tokens / shares.sum()
        left = 0.0
        for group in np.argsort(-gains, kind="stable").tolist():
            left += float(shares[group])
            open_rows = members[group][costs[members[group]] <= left]
            while len(open_rows):
                best = int(open_rows[np.argmax(picks.gains[open_rows])])
                picks.take(best)
                left -= float(costs[best])
                open_rows = open_rows[(costs[open_rows] <= left) & (open_rows != best)]


class _Picks:
    """The units that are chosen so far, and what each of the others would add."""

    def __init__(self, worth: NDArray[np.float64], beta: float, like: Likeness) -> None:
        self.worth, self.like = worth, like
        self.gains = worth.copy()
        self.taken: list[int] = []
        self._beta = beta
        self._nearest = np.zeros(len(worth))
        self._open = np.ones(len(worth), dtype=bool)

    def gain(self, index: int) -> float:
        """What a unit would add."""
        return float(self.gains[index])

    def best(self) -> int | None:
        """The unit that adds most, the earlier of equals; None when all are taken."""
        index = int(np.argmax(np.where(self._open, self.gains, -np.inf)))
        return index if self._open[index] else None

    def rest(self) -> NDArray[np.int64]:
        """The units that are not taken, those that would add most first."""
        order = np.argsort(-self.gains, kind="stable")
        return order[self._open[order]]

    def take(self, index: int) -> None:
        """Choose a unit; those like it are worth less from now on."""
        self.taken.append(index)
        self._open[index] = False
        np.maximum(self._nearest, self.like(index), out=self._nearest)
        self.gains = self.worth - self._beta * self._nearest
