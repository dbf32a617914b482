"""Choose units by score so that the rendered text is exactly under the limit, and full.

Token counts do not add up across the borders of units (byte-pair encodings merge, templates and
separators come in between), so the choice is made on estimates and settled on exact counts of the
whole rendered text:

1. greedy by score, skipping what does not fit (never stopping at the first misfit);
2. the estimate's allowance is bracketed until the exact count is under the limit and the next
   allowance up is over it;
3. what room is left is offered to the dropped units in score order, each counted exactly.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.calibrated.knob import ScoreRule
from excerpt.errors import BudgetError, InputError
from excerpt.render import Layout, kept_text
from excerpt.run.deadline import Deadline
from excerpt.tokens import TokenCounter
from excerpt.values.rewritten import Rewritten
from excerpt.values.spans import Span, merge
from excerpt.values.stored import count_fingerprint
from excerpt.values.types import Context, Ranking, Units

__all__ = ["Limit", "Protector", "Room", "fill", "passage_scores"]

# After so many units in a row that do not fit, the text counts as full. One unit costs an exact
# count of the whole text, and there may be thousands of one-token words.
_TRIES = 16

# In its place a unit may cost less than alone, since both its borders may merge with its neighbours.
_MERGED = 2

# Kept units on each side that a unit's cost is counted with.
_NEIGHBOURS = 3

_CostOf: TypeAlias = Callable[[int, NDArray[np.bool_], bool], int]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on rendered tokens.

    Args:
        tokens: For the whole rendered text.
        per_passage_max: For the kept text of any one passage; None for no limit.
        per_passage_min: Granted to each passage before scores decide, as far as ``tokens`` goes.
    """

    tokens: int
    per_passage_max: int | None = None
    per_passage_min: int | None = None


class Protector(Protocol):
    """Finds text that is kept whole or dropped whole (`excerpt.compressors.Guards`)."""

    def protected(self, text: str) -> Sequence[Span]:
        """Spans that must not be cut: sorted, not overlapping."""

    def found(self, text: str) -> Iterable[tuple[Span, str]]:
        """The same with the kind of each; spans of different kinds may overlap."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the chain gives a stage to work in.

    Args:
        stage: The stage's name.
        limit: The token limit of this stage; None when no budget is in force.
        layout: How the text will be written.
        counter: The reader's tokenizer.
        deadline: When the work must be done.
        guards: What must not be cut; None for nothing.
        rule: A calibrated threshold on the scores; None for none.
    """

    stage: str
    limit: Limit | None
    layout: Layout
    counter: TokenCounter
    deadline: Deadline
    guards: Protector | None = None
    rule: ScoreRule | None = None

    @property
    def tokens(self) -> int | None:
        """The token limit of this stage; None when no budget is in force."""
        return None if self.limit is None else self.limit.tokens

    def fill(
        self,
        context: Context,
        units: Units,
        scores: NDArray[np.floating],
        eligible: NDArray[np.bool_] | None = None,
    ) -> Context:
        """Keep the best eligible units that fit, and say in the context how they ranked.

        Args:
            context: What is kept now; ``units`` lie inside it.
            units: The pieces to choose from, in source order.
            scores: ``(n,)``, higher is more worth keeping; ties go to the earlier unit.
            eligible: ``(n,)``, units the stage's own rule allows; None for all.

        Raises:
            BudgetError: The tokenizer counts tokens where there is no text.
            InputError: There is not one finite score, or not one entry of ``eligible``, for each unit.
        """
        values = self._checked_scores(scores, len(units))
        allowed = np.ones(len(units), dtype=bool) if eligible is None else np.asarray(eligible, dtype=bool)
        if allowed.shape != values.shape:
            message = (
                f"stage {self.stage}: the selector gave an array of shape {allowed.shape} for {len(units)} units; "
                "give one bool for each"
            )
            raise InputError(message)
        if self.rule is not None:
            allowed = self.rule.allowed(values, allowed)
        ranking = Ranking(self.stage, units, values, allowed, allowed)
        if self.limit is not None:
            kept = fill(context, ranking, self.limit, self.layout, self.counter)
            ranking = Ranking(self.stage, units, values, allowed, kept)
        return context.narrow(units.spans(ranking.kept, len(context.passages)), ranking)

    def _checked_scores(self, scores: NDArray[np.floating], units: int) -> NDArray[np.float64]:
        given = np.asarray(scores)
        wrong = ""
        if given.shape != (units,):
            wrong = f"an array of shape {given.shape}"
        elif given.dtype.kind not in "biuf":
            wrong = f"values of type {given.dtype}"
        elif not np.isfinite(given).all():
            wrong = f"{given[~np.isfinite(given)][0]} for unit {int(np.flatnonzero(~np.isfinite(given))[0])}"
        if wrong:
            message = (
                f"stage {self.stage}: needs one finite score for each of its {units} units, and got {wrong}"
            )
            raise InputError(message)
        return given.astype(np.float64)

    def write(self, context: Context, rewritten: Rewritten) -> Context:
        """Put written text in the place of the passages, cut at the end of a sentence so that it fits."""
        return context.rewrite(rewritten.within(self.tokens, self.counter))


def passage_scores(rankings: Sequence[Ranking], passages: int) -> list[float]:
    """One score for each passage: its best unit in the latest ranking of passages or sentences.

    Word scores say little about a passage, so a ranking of words is read only when there is no other.
    """
    scores = np.full(passages, -np.inf)
    coarse = [ranking for ranking in rankings if ranking.units.kind != "word"]
    for ranking in (coarse or list(rankings))[-1:]:
        np.maximum.at(scores, ranking.units.passage, ranking.scores)
    return [float(score) for score in scores]


def fill(
    context: Context, ranking: Ranking, limit: Limit, layout: Layout, counter: TokenCounter
) -> NDArray[np.bool_]:
    """Which units to keep. See the module's docstring.

    Raises:
        BudgetError: The tokenizer counts tokens where there is no text.
    """
    return _Filling(context, ranking, limit, layout, counter).run()


class _Filling:
    """One fit: the working state of `fill`."""

    def __init__(
        self, context: Context, ranking: Ranking, limit: Limit, layout: Layout, counter: TokenCounter
    ) -> None:
        self.context, self.limit, self.layout, self.counter = context, limit, layout, counter
        self.units = ranking.units
        self.passages = len(context.passages)
        self.scores = passage_scores((*context.rankings, ranking), self.passages)
        eligible = np.flatnonzero(ranking.eligible)
        order = eligible[np.argsort(-ranking.scores[eligible], kind="stable")]
        self.order: list[int] = order.tolist()
        self.passage: list[int] = self.units.passage.tolist()
        self.cost = self._unit_costs()
        self.opening, self.base = self._opening_costs()
        self.prefix = self._prefix_costs()
        self.cheapest = min((self.cost[index] for index in self.order), default=0)
        self.caps = [limit.per_passage_max] * self.passages
        self.counts: dict[bytes, int] = {}

    def run(self) -> NDArray[np.bool_]:
        nothing = np.zeros(len(self.units), dtype=bool)
        over = self._exact(nothing) if self.layout.preserve_slots else self.counter.count("")
        if over > self.limit.tokens and not self.layout.preserve_slots:
            message = (
                f"budget: the tokenizer {self.counter.name} counts {over} tokens in an empty text, more than the "
                f"limit of {self.limit.tokens}; it must not add special tokens"
            )
            raise BudgetError(message)
        if over > self.limit.tokens:
            return nothing
        return self._top_up(self._bracket())

    def _unit_costs(self) -> list[int]:
        texts = self.units.texts(self.context.passages)
        stored = self._stored_costs()
        wanted = sorted({texts[index] for index in self.order if stored[index] < 0})
        known = dict(zip(wanted, self.counter.count_many(wanted), strict=True))
        return [known.get(text, 0) if cost < 0 else cost for text, cost in zip(texts, stored, strict=True)]

    def _stored_costs(self) -> list[int]:
        """What an index counted when it was built; -1 for units it does not know."""
        recall, fingerprint = self.context.recall, count_fingerprint(self.counter)
        if recall is None or fingerprint is None or self.units.kind == "word":
            return [-1] * len(self.units)
        counts: list[int] = recall.token_counts(fingerprint, self.context.passages, self.units).tolist()
        return counts

    def _opening_costs(self) -> tuple[list[int], int]:
        template = self.layout.template
        around = [
            template.around(passage, number + 1) for number, passage in enumerate(self.context.passages)
        ]
        heads = self.counter.count_many([template.separator + head for head, _ in around])
        tails = self.counter.count_many([tail for _, tail in around])
        costs = [head + tail for head, tail in zip(heads, tails, strict=True)]
        return ([0] * self.passages, sum(costs)) if self.layout.preserve_slots else (costs, 0)

    def _prefix_costs(self) -> NDArray[np.int64]:
        """What the first unit, the first two, ... cost together, with the opening of their passages."""
        costs = np.array([self.cost[index] for index in self.order], dtype=np.int64)
        passages = self.units.passage[self.order]
        opened, first = np.unique(passages, return_index=True)
        costs[first] += np.array(self.opening, dtype=np.int64)[opened]
        return np.cumsum(costs)

    def _exact(self, kept: NDArray[np.bool_]) -> int:
        key = kept.tobytes()
        if key not in self.counts:  # a choice is often compared with several others
            spans = self.units.spans(kept, self.passages)
            text = self.layout.render(self.context.passages, spans, self.scores).text
            self.counts[key] = self.counter.count(text)
        return self.counts[key]

    def _greedy(self, allowance: int) -> NDArray[np.bool_]:
        taken = np.zeros(len(self.units), dtype=bool)
        used = [0] * self.passages
        left = allowance - self.base
        start = 0
        if self.limit.per_passage_min:
            left = self._grant_floors(taken, used, left)
        elif self.limit.per_passage_max is None:
            start = int(np.searchsorted(self.prefix, left, side="right"))
            taken[self.order[:start]] = True
            left -= int(self.prefix[start - 1]) if start else 0
            for passage in set(self.units.passage[self.order[:start]].tolist()):
                used[passage] = 1
        for index in self.order[start:]:
            if left < self.cheapest:
                break
            if not taken[index]:
                left -= self._take(index, taken, used, left)
        return taken

    def _take(self, index: int, taken: NDArray[np.bool_], used: list[int], left: int) -> int:
        """Take a unit if it fits; returns its estimated cost, or 0."""
        passage = self.passage[index]
        cost = self.cost[index]
        cap = self.caps[passage]
        if cap is not None and used[passage] + cost > cap:
            return 0
        price = cost + (0 if used[passage] else self.opening[passage])
        if price > left:
            return 0
        taken[index] = True
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
            exact = self._exact(kept)
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

        A unit's true cost is counted with its neighbours only, since merges across borders are local; the
        whole text is counted once more at the end, and if it is over after all, unit by unit from the start.
        """
        exact = self._exact(kept)
        quick = self._offered(kept, exact, self._cost_among_neighbours)
        if (quick != kept).any() and (self._exact(quick) > self.limit.tokens or self._tighten_caps(quick)):
            return self._offered(kept, exact, self._cost_in_whole)
        return quick

    def _offered(self, kept: NDArray[np.bool_], exact: int, cost_of: _CostOf) -> NDArray[np.bool_]:
        kept = kept.copy()
        left = self.limit.tokens - exact
        opened = set(self.units.passage[kept].tolist())
        misses = 0
        for index in self.order:
            if misses >= _TRIES:
                break
            passage = self.passage[index]
            price = self.cost[index] + (0 if passage in opened else self.opening[passage])
            if kept[index] or price > left + _MERGED:
                continue
            cost = cost_of(index, kept, passage in opened)
            if cost > left or self._would_pass_cap(index, kept):
                misses += 1
                continue
            kept[index] = True
            left -= cost
            opened.add(passage)
            misses = 0
        return kept

    def _cost_in_whole(self, index: int, kept: NDArray[np.bool_], _opened: bool) -> int:
        more = kept.copy()
        more[index] = True
        return self._exact(more) - self._exact(kept)

    def _cost_among_neighbours(self, index: int, kept: NDArray[np.bool_], opened: bool) -> int:
        if not opened:
            return self._cost_in_whole(index, kept, opened)
        low, high = (int(np.searchsorted(self.units.passage, self.passage[index] + side)) for side in (0, 1))
        mine = np.flatnonzero(kept[low:high]) + low
        at = int(np.searchsorted(mine, index))
        around = mine[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS].tolist()
        text = self.context.passages[self.passage[index]].text
        before, after = (self._joined(text, sorted(group)) for group in (around, [*around, index]))
        return self.counter.count(after) - self.counter.count(before)

    def _joined(self, text: str, members: Sequence[int]) -> str:
        spans = merge([(int(self.units.start[i]), int(self.units.end[i])) for i in members])
        return kept_text(text, spans)

    def _would_pass_cap(self, index: int, kept: NDArray[np.bool_]) -> bool:
        if self.limit.per_passage_max is None:
            return False
        more = kept.copy()
        more[index] = True
        return self._tighten_caps(more)
