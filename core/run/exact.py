"""Exact counts of what a fit may keep: of the whole rendered text, or passage by passage where counts add up."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from excerpt.contracts import CounterContract, with_defaults
from excerpt.render import Layout, kept_text
from excerpt.tokens import TokenCounter
from excerpt.values.spans import merge
from excerpt.values.types import Context, Units

__all__ = ["ExactCounts"]

# Kept units on each side that a unit's cost is counted with.
_NEIGHBOURS = 3


class ExactCounts:
    """Counts choices among units, each once: one is often compared with several others.

    Args:
        context: What is kept now.
        units: What is chosen from.
        layout: How the text will be written.
        counter: The reader's tokenizer.
        scores: Of the passages, for the orders that sort.

    Attributes:
        opening: What is written beside each passage that is kept, in tokens; 0 where it is written anyway.
        base: Tokens of what is written in any case.
        apart: Whether passages are counted by themselves, since their counts add up: the tokenizer cuts at the white
            space between them, and what is written beside one does not depend on which others are kept.
    """

    def __init__(
        self, context: Context, units: Units, layout: Layout, counter: TokenCounter, scores: Sequence[float]
    ) -> None:
        self._context, self._units, self._layout, self._counter = context, units, layout, counter
        self._scores = scores
        self._known: dict[bytes | tuple[int, bytes], int] = {}
        self._first = np.searchsorted(units.passage, np.arange(len(context.passages) + 1)).tolist()
        template = layout.template
        around = [template.around(passage, number) for number, passage in enumerate(context.passages, 1)]
        texts = list(
            dict.fromkeys(text for head, tail in around for text in (template.separator + head, tail))
        )
        tokens = dict(zip(texts, counter.count_many(texts), strict=True))
        costs = [tokens[template.separator + head] + tokens[tail] for head, tail in around]
        slots = layout.preserve_slots
        self.opening: list[int] = [0] * len(costs) if slots else costs
        self.base: int = sum(costs) if slots else 0
        self.apart: bool = (
            with_defaults(counter, CounterContract).adds_up
            and not layout.shifts
            and layout.keeps_apart(around)
            and counter.count(template.separator) == 0
        )

    def whole(self, kept: NDArray[np.bool_]) -> int:
        """Tokens of the text that a choice ``(n,)`` comes to."""
        if self.apart:
            opened: dict[int, None] = dict.fromkeys(self._units.passage[kept].tolist())
            return self.base + sum(self.opening[index] + self._of_passage(index, kept) for index in opened)
        key = kept.tobytes()
        if key not in self._known:
            spans = self._units.spans(kept, len(self._context.passages))
            text = self._layout.render(self._context.passages, spans, self._scores).text
            self._known[key] = self._counter.count(text)
        return self._known[key]

    def more(self, passage: int, kept: NDArray[np.bool_], more: NDArray[np.bool_]) -> int:
        """Tokens that are added by keeping more of one passage; only where passages are counted ``apart``."""
        before = (
            self._of_passage(passage, kept) if kept[self._rows(passage)].any() else -self.opening[passage]
        )
        return self._of_passage(passage, more) - before

    def among_neighbours(self, index: int, kept: NDArray[np.bool_]) -> int:
        """Tokens that one unit adds to its passage, counted with the kept units next to it."""
        rows = self._rows(int(self._units.passage[index]))
        mine = np.flatnonzero(kept[rows]) + rows.start
        at = int(np.searchsorted(mine, index))
        around = mine[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS].tolist()
        text = self._context.passages[int(self._units.passage[index])].text
        before, after = (self._joined(text, sorted(group)) for group in (around, [*around, index]))
        return self._counter.count(after) - self._counter.count(before)

    def _rows(self, passage: int) -> slice:
        """The units of a passage."""
        return slice(self._first[passage], self._first[passage + 1])

    def _of_passage(self, passage: int, kept: NDArray[np.bool_]) -> int:
        """Tokens of what is kept of one passage, without what is written beside it."""
        rows = self._rows(passage)
        key = passage, kept[rows].tobytes()
        if key not in self._known:
            members = (np.flatnonzero(kept[rows]) + rows.start).tolist()
            text = self._joined(self._context.passages[passage].text, members)
            self._known[key] = self._counter.count(text)
        return self._known[key]

    def _joined(self, text: str, members: Sequence[int]) -> str:
        spans = merge([(int(self._units.start[i]), int(self._units.end[i])) for i in members])
        return kept_text(text, spans)
