"""Buy units in order so that the rendered text is exactly under the limit, and full (`excerpt.run.fit.Room.fill`).

Token counts do not add up across the borders of units (byte-pair encodings merge, templates and
separators come in between), so the choice is made on estimates and settled on exact counts of the
whole rendered text:

1. greedy in the order that the selector gave (by score where it gave a set), skipping what does not fit (never
   stopping at the first misfit);
2. the estimate's allowance is bracketed until the exact count is under the limit and the next
   allowance up is over it;
3. what room is left is offered to the dropped units in the same order, each counted exactly.

A unit is bought together with the parents that are not bought yet, and pays for them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import BudgetError
from excerpt.render import Layout
from excerpt.run.exact import ExactCounts
from excerpt.run.limits import Limit, passage_scores, unit_costs
from excerpt.tokens import TokenCounter
from excerpt.values.types import Context, Ranking

__all__ = ["Filling", "Misfit"]

# After so many units in a row that do not fit, the text counts as full. One unit costs an exact
# count of the whole text, and there may be thousands of one-token words.
_TRIES = 16

# In its place a unit may cost less than alone, since both its borders may merge with its neighbours.
_MERGED = 2

# A unit that does not fit is skipped without more ado when less of the limit is left, as a share and in tokens.
_FREE, _FEWEST = 0.25, 4

_CostOf: TypeAlias = Callable[[int, NDArray[np.bool_], bool], int]


class Misfit(NamedTuple):
    """A unit that does not fit when its turn comes, though much of the limit is free.

    Attributes:
        unit: Its index.
        passage: Its passage.
        start: Its first character.
        end: One past its last.
        tokens: What it may have.
        parents: Tokens of the parents that it would have to bring.
        near: How many of these it is to come with, the nearest first: they fit beside it, in three fifths of the limit.
        last: The last of the near ones, -1 for none.
        left: Tokens of the parents that it is to come without.
        head: Its nearest parent, where that is too long to come; -1 for none.
        room: Tokens that such a parent may have.
        best: Whether nothing better is kept: then even a piece of a sentence says more than what comes behind.
    """

    unit: int
    passage: int
    start: int
    end: int
    tokens: int
    parents: int
    near: int
    last: int
    left: int
    head: int
    room: int
    best: bool


class Filling:
    """One fit; see the module's docstring.

    Args:
        context: What is kept now.
        ranking: The units, their scores and the order to buy them in.
        limit: What may be kept.
        layout: How the text will be written.
        counter: The reader's tokenizer.
    """

    def __init__(
        self, context: Context, ranking: Ranking, limit: Limit, layout: Layout, counter: TokenCounter
    ) -> None:
        self.context, self.limit, self.layout, self.counter = context, limit, layout, counter
        self.ranking, self.units = ranking, ranking.units
        self.passages = len(context.passages)
        self.scores = passage_scores((*context.rankings, ranking), self.passages)
        self.order: list[int] = ranking.buying_order().tolist()
        self.passage: list[int] = self.units.passage.tolist()
        wanted = np.zeros(len(self.units), dtype=bool)
        wanted[self.order] = True
        wanted = self.units.with_parents(wanted)
        self.cost: list[int] = unit_costs(context, self.units, counter, wanted).tolist()
        self.parents: dict[int, list[int]] = {}
        if self.units.parent is not None:
            self.parents = {index: above for index in self.order if (above := self.units.parents(index))}
        self.exact = ExactCounts(context, self.units, layout, counter, self.scores)
        self.opening, self.base = self.exact.opening, self.exact.base
        self.bought, self.prefix, self.through = self._prefix_costs()
        self.cheapest = min((self.cost[index] for index in self.order), default=0)
        self.caps = [limit.per_passage_max] * self.passages

    def with_ranking(self, ranking: Ranking) -> Self:
        """The same fit of other units."""
        return type(self)(self.context, ranking, self.limit, self.layout, self.counter)

    def misfit(self, known: Sequence[Misfit]) -> Misfit | None:
        """The first unit near the best that does not fit when its turn comes, while a quarter of the limit is free.

        Near is what lies within the spread of the scores; in an order of the selector's own, only what comes first is.

        Args:
            known: Units that are not looked at again, nor what stands in their place.
        """
        taken, used = np.zeros(len(self.units), dtype=bool), [0] * self.passages
        left = self.limit.tokens - self.base
        start = 0
        if self.limit.per_passage_max is None:
            start, left = self._take_first(taken, used, left)
        least = max(_FEWEST, self.limit.tokens * _FREE)
        near = self._near()
        for index in self.order[start:]:
            if (
                left < least
                or self.ranking.scores[index] < near
                or (self.ranking.order is not None and taken.any())
            ):
                break
            cost = 0 if taken[index] else self._take(index, taken, used, left)
            left -= cost
            if not cost and not taken[index]:
                found = self._as_misfit(index, taken, used, left)
                if found.tokens >= _FEWEST and not any(_is_inside(found, each) for each in known):
                    return found
        return None

    def _near(self) -> float:
        """The least score of a unit that may be called one of the best."""
        scores = self.ranking.scores[self.order]
        return float(scores.max() - scores.std()) if len(scores) and self.ranking.order is None else -np.inf

    def _as_misfit(self, index: int, taken: NDArray[np.bool_], used: list[int], left: int) -> Misfit:
        passage, cap = self.passage[index], self.caps[self.passage[index]]
        tokens = left - (0 if used[passage] else self.opening[passage])
        tokens = tokens if cap is None else min(tokens, cap - used[passage])
        tokens -= int(taken.any())  # for what merges otherwise than alone
        above = self._with(index, taken)[1:]
        room = (
            tokens // 2
            if self.cost[index] > tokens
            else min(tokens - self.cost[index], self.limit.tokens * 3 // 5)
        )
        near = used_by_near = 0
        while near < len(above) and used_by_near + self.cost[above[near]] <= room:
            used_by_near += self.cost[above[near]]
            near += 1
        return Misfit(
            unit=index,
            passage=passage,
            start=int(self.units.start[index]),
            end=int(self.units.end[index]),
            tokens=tokens - used_by_near,
            parents=sum(self.cost[each] for each in above),
            near=near,
            last=above[near - 1] if near else -1,
            left=sum(self.cost[each] for each in above[near:]),
            head=above[0] if above and not near else -1,
            room=room,
            best=not taken.any(),
        )

    def run(self) -> NDArray[np.bool_]:
        """Which units to keep.

        Raises:
            BudgetError: The tokenizer counts tokens where there is no text.
        """
        nothing = np.zeros(len(self.units), dtype=bool)
        over = self.exact.whole(nothing) if self.layout.preserve_slots else self.counter.count("")
        if over > self.limit.tokens and not self.layout.preserve_slots:
            message = (
                f"budget: the tokenizer {self.counter.name} counts {over} tokens in an empty text, more than the "
                f"limit of {self.limit.tokens}; it must not add special tokens"
            )
            raise BudgetError(message)
        if over > self.limit.tokens:
            return nothing
        return self._top_up(self._bracket())

    def _prefix_costs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """What it comes to when everything is bought in order.

        Returns:
            The units as they are bought, parents before them; and for the first unit of the order, the first two, ...:
            what they cost with the opening of their passages, and how many units they are with their parents.
        """
        bought: NDArray[np.int64] = np.array(self.order, dtype=np.int64)
        through = np.arange(1, len(bought) + 1)
        if self.parents:
            seen: dict[int, None] = {}
            ends = []
            for index in self.order:
                seen.update(dict.fromkeys((*self.parents.get(index, ())[::-1], index)))
                ends.append(len(seen))
            bought, through = np.array(list(seen), dtype=np.int64), np.array(ends)
        costs = np.array(self.cost, dtype=np.int64)[bought]
        opened, first = np.unique(self.units.passage[bought], return_index=True)
        costs[first] += np.array(self.opening, dtype=np.int64)[opened]
        return bought, np.cumsum(costs)[through - 1], through

    def _with(self, index: int, taken: NDArray[np.bool_]) -> list[int]:
        """What is bought with a unit: itself, and its parents that are not yet taken."""
        return [index, *(above for above in self.parents.get(index, ()) if not taken[above])]

    def _greedy(self, allowance: int) -> NDArray[np.bool_]:
        taken = np.zeros(len(self.units), dtype=bool)
        used = [0] * self.passages
        left = allowance - self.base
        start = 0
        if self.limit.per_passage_min:
            left = self._grant_floors(taken, used, left)
        elif self.limit.per_passage_max is None:
            start, left = self._take_first(taken, used, left)
        for index in self.order[start:]:
            if left < self.cheapest:
                break
            if not taken[index]:
                left -= self._take(index, taken, used, left)
        return taken

    def _take_first(self, taken: NDArray[np.bool_], used: list[int], left: int) -> tuple[int, int]:
        """Take the units that come first in the order and fit together; their number, and what is left."""
        count = int(np.searchsorted(self.prefix, left, side="right"))
        if not count:
            return 0, left
        first = self.bought[: int(self.through[count - 1])]
        taken[first] = True
        for passage in set(self.units.passage[first].tolist()):
            used[passage] = 1
        return count, left - int(self.prefix[count - 1])

    def _take(self, index: int, taken: NDArray[np.bool_], used: list[int], left: int) -> int:
        """Take a unit if it fits; returns its estimated cost, or 0."""
        passage = self.passage[index]
        bundle = self._with(index, taken)
        cost = sum(self.cost[each] for each in bundle)
        cap = self.caps[passage]
        if cap is not None and used[passage] + cost > cap:
            return 0
        price = cost + (0 if used[passage] else self.opening[passage])
        if price > left:
            return 0
        taken[bundle] = True
        used[passage] += max(cost, 1)
        return price

    def _grant_floors(self, taken: NDArray[np.bool_], used: list[int], left: int) -> int:
        of_passage: dict[int, list[int]] = {}
        for index in self.order:
            of_passage.setdefault(self.passage[index], []).append(index)
        for passage, members in of_passage.items():  # passages by their best unit
            for index in members:
                if used[passage] >= (self.limit.per_passage_min or 0):
                    break
                if not taken[index]:
                    left -= self._take(index, taken, used, left)
        return left

    def _tighten_caps(self, kept: NDArray[np.bool_]) -> bool:
        """Lower the working cap of passages whose text is over the true cap; says whether any was."""
        high = self.limit.per_passage_max
        if high is None:
            return False
        bare = Layout()
        tightened = False
        for passage, spans in enumerate(self.units.spans(kept, self.passages)):
            if not spans:  # a tokenizer may count more than the cap in an empty text: no cap would ever do
                continue
            only = [spans if index == passage else () for index in range(self.passages)]
            over = self.counter.count(bare.render(self.context.passages, only, self.scores).text) - high
            if over > 0:
                self.caps[passage] = (self.caps[passage] or 0) - over
                tightened = True
        return tightened

    def _bracket(self) -> NDArray[np.bool_]:
        """The fullest greedy choice whose exact count is under the limit."""
        best = np.zeros(len(self.units), dtype=bool)
        low, high = -1, sum(self.cost) + sum(self.opening) + self.base + 1
        guess = self.limit.tokens
        while low < guess < high:
            kept = self._greedy(guess)
            exact = self.exact.whole(kept)
            if exact > self.limit.tokens:
                high = guess
                guess = max(low + 1, guess - max(1, exact - self.limit.tokens))
            elif self._tighten_caps(kept):
                continue  # the same guess again, under lower caps
            else:
                best, low = kept, guess
                guess = min(high - 1, guess + self.limit.tokens - exact)
        return best

    def _top_up(self, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Offer the room that is left to the dropped units, best first.

        Where passages can be counted apart, a unit's true cost is counted in its own. Else it is counted with its
        neighbours only, since merges across borders are local; the whole text is counted once more at the end, and if
        it is over after all, unit by unit from the start.
        """
        exact = self.exact.whole(kept)
        if self.exact.apart:
            return self._offered(kept, exact, self._cost_in_passage)
        quick = self._offered(kept, exact, self._cost_among_neighbours)
        if (quick != kept).any() and (
            self.exact.whole(quick) > self.limit.tokens or self._tighten_caps(quick)
        ):
            return self._offered(kept, exact, self._cost_in_whole)
        return quick

    def _offered(self, kept: NDArray[np.bool_], exact: int, cost_of: _CostOf) -> NDArray[np.bool_]:
        kept = kept.copy()
        left = self.limit.tokens - exact
        opened = set(self.units.passage[kept].tolist())
        misses = 0
        dropped = ~kept[self.order]
        for index in np.array(self.order, dtype=np.int64)[dropped].tolist():
            if misses >= _TRIES:
                break
            if self.cost[index] > left + _MERGED and index not in self.parents:
                continue  # as most: nothing else has to be looked at
            if kept[index]:  # as the parent of another
                continue
            passage = self.passage[index]
            bundle = self._with(index, kept)
            price = sum(self.cost[each] for each in bundle) + (
                0 if passage in opened else self.opening[passage]
            )
            if price > left + _MERGED * len(bundle):
                continue
            cost = cost_of(index, kept, passage in opened)
            if cost > left or self._would_pass_cap(index, kept):
                misses += 1
                continue
            kept[bundle] = True
            left -= cost
            opened.add(passage)
            misses = 0
        return kept

    def _cost_in_whole(self, index: int, kept: NDArray[np.bool_], _opened: bool) -> int:
        return self.exact.whole(self._and(index, kept)) - self.exact.whole(kept)

    def _cost_in_passage(self, index: int, kept: NDArray[np.bool_], _opened: bool) -> int:
        return self.exact.more(self.passage[index], kept, self._and(index, kept))

    def _cost_among_neighbours(self, index: int, kept: NDArray[np.bool_], opened: bool) -> int:
        if not opened or len(self._with(index, kept)) > 1:
            return self._cost_in_whole(index, kept, opened)
        return self.exact.among_neighbours(index, kept)

    def _would_pass_cap(self, index: int, kept: NDArray[np.bool_]) -> bool:
        if self.limit.per_passage_max is None:
            return False
        return self._tighten_caps(self._and(index, kept))

    def _and(self, index: int, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What is kept with one unit more, and its parents."""
        more = kept.copy()
        more[self._with(index, kept)] = True
        return more


def _is_inside(inner: Misfit, outer: Misfit) -> bool:
    return inner.passage == outer.passage and outer.start <= inner.start and inner.end <= outer.end
