"""What compressors are measured between: no context, all of it, and the best choice that knows the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from excerpt.budget import Budget, BudgetLike
from excerpt.chain import Chain
from excerpt.compressors.selectors.knapsack import knapsack
from excerpt.compressors.units.splitting import split
from excerpt.run.fit import Room
from excerpt.tokens import BUNDLED, TokenizerLike
from excerpt.values.coerce import PassageLike
from excerpt.values.compressed import Compressed
from excerpt.values.spans import intersect, total_length
from excerpt.values.types import Context, Units

__all__ = ["NoContext", "Oracle", "WholeContext"]


@dataclass(frozen=True)
class Oracle:
    """The whole sentences that hold the most evidence characters within the budget: an upper bound.

    It reads ``evidence`` and ``gold`` from the metadata of each passage. The choice is exact on the
    sentences' own token counts (a 0/1 knapsack); the template's tokens are settled by the fit to the
    budget. Room that is left goes to gold passages, then to the rest, in order.

    Args:
        unit: ``"sentence"`` or another registered splitter.
    """

    unit: str = "sentence"
    name: str = "oracle"

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the sentences with the most evidence that fit."""
        units = split(self.unit, context, room.guards)
        if len(units) == 0:
            return context
        held = _evidence_characters(context, units)
        gold = np.array([bool(passage.metadata.get("gold")) for passage in context.passages])[units.passage]
        scores = gold.astype(np.float64)
        holders = np.flatnonzero(held)
        if len(holders):
            texts = units.texts(context.passages)
            costs = room.counter.count_many([texts[index] for index in holders])
            capacity = sum(costs) if room.tokens is None else room.tokens
            chosen = knapsack(held[holders], costs, capacity)
            scores[holders] = 2.0 + held[holders] / (1 + held.max())
            scores[holders[chosen]] += 2.0
        return room.fill(context, units, scores)


def _evidence_characters(context: Context, units: Units) -> NDArray[np.int64]:
    columns = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
    wanted = [
        sorted((start, end) for start, end in passage.metadata.get("evidence") or ())
        for passage in context.passages
    ]
    held = [total_length(intersect([(start, end)], wanted[index])) for index, start, end in columns]
    return np.array(held, dtype=np.int64)


@dataclass(frozen=True)
class WholeContext:
    """No compression: what there is to be kept at all. Takes a budget for its tokenizer and ignores its size.

    Args:
        template: How passages are written, as `Chain` takes it.
    """

    template: str = "plain"
    name: str = "full"

    def with_template(self, template: str) -> "WholeContext":
        """The same, writing passages another way."""
        return replace(self, template=template)

    def compress(
        self, query: str, passages: Sequence[PassageLike], *, budget: BudgetLike = None
    ) -> Compressed:
        """Everything, rendered."""
        everything = Budget(ratio=1.0, tokenizer=_tokenizer(budget))
        return _fixed(self.template).compress(query, passages, budget=everything)


@dataclass(frozen=True)
class NoContext:
    """Nothing is kept: what a reader knows by itself. Takes a budget for its tokenizer and ignores its size."""

    name: str = "no-context"

    def compress(
        self, query: str, passages: Sequence[PassageLike], *, budget: BudgetLike = None
    ) -> Compressed:
        """The empty text."""
        return _fixed("plain").compress(
            query, passages, budget=Budget(tokens=0, tokenizer=_tokenizer(budget))
        )


def _tokenizer(budget: BudgetLike) -> TokenizerLike:
    given = Budget.of(budget)
    return given.tokenizer if given else BUNDLED


def _fixed(template: str) -> Chain:
    return Chain(["truncate"], guards=None, template=template)
