"""What the chain gives a stage to work in, and the one way from scores and a selection to what is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from excerpt.calibrated.knob import NearBest, ScoreRule
from excerpt.errors import InputError
from excerpt.registry import DEFAULTS
from excerpt.render import Layout
from excerpt.run.deadline import Deadline
from excerpt.run.filling import Filling
from excerpt.run.limits import Limit, passage_scores, unit_costs
from excerpt.run.shortening import left_out, shortened
from excerpt.tokens import TokenCounter
from excerpt.values.rewritten import Rewritten
from excerpt.values.spans import Span
from excerpt.values.types import Context, Ranking, Units

__all__ = ["Limit", "Protector", "Room", "Selection", "passage_scores"]

Selection: TypeAlias = NDArray[np.bool_] | NDArray[np.integer]
"""What a selector says: a set of units as bools ``(n,)``, bought best score first, or the indices of units in the order
to buy them; a unit without an index is not kept."""


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
        rule: A threshold on the scores; None for none.
    """

    stage: str
    limit: Limit | None
    layout: Layout
    counter: TokenCounter
    deadline: Deadline
    guards: Protector | None = None
    rule: ScoreRule | NearBest | None = None

    @property
    def tokens(self) -> int | None:
        """The token limit of this stage; None when no budget is in force."""
        return None if self.limit is None else self.limit.tokens

    def costs(self, context: Context, units: Units) -> NDArray[np.int64]:
        """Tokens of each unit alone under the reader's tokenizer, int64 ``(n,)``; separators and titles come on top."""
        return unit_costs(context, units, self.counter)

    def fill(
        self,
        context: Context,
        units: Units,
        scores: NDArray[np.floating],
        selection: ArrayLike | None = None,
    ) -> Context:
        """Keep the selected units that fit, and say in the context how they ranked.

        Args:
            context: What is kept now; ``units`` lie inside it.
            units: The pieces to choose from, in source order.
            scores: ``(n,)``, higher is more worth keeping; ties go to the earlier unit.
            selection: What may be kept, as a `Selection`: bools ``(n,)``, or indices in the order to buy them; None
                for all, best first.

        Raises:
            BudgetError: The tokenizer counts tokens where there is no text.
            InputError: There is not one finite score for each unit, or the selection is none of these units.
        """
        values = self.checked_scores(scores, units)
        allowed, order = self._checked_selection(selection, len(units))
        if self.rule is not None:
            allowed = self.rule.allowed(values, allowed)
        ranking = Ranking(self.stage, units, values, allowed, units.with_parents(allowed), order)
        notes: list[str] = []
        if self.limit is not None:
            filling = Filling(context, ranking, self.limit, self.layout, self.counter)
            if units.kind != "word":
                filling, notes = shortened(filling, partial(self._best_parts, context.query))
            ranking = replace(filling.ranking, kept=filling.run())
            notes += left_out(ranking, filling.cost, self.limit, said=bool(notes))
        narrowed = context.narrow(ranking.units.spans(ranking.kept, len(context.passages)), ranking)
        return narrowed.noted(*notes)

    def _best_parts(
        self, query: str, text: str, span: Span, tokens: int, *, sentences: bool
    ) -> Sequence[tuple[int, int, int]]:
        options = {"tokens": tokens, "counter": self.counter, "guards": self.guards, "sentences": sentences}
        parts: Sequence[tuple[int, int, int]] = DEFAULTS.find("shorten")(query, text, span, **options)
        return parts

    def _checked_selection(
        self, selection: ArrayLike | None, units: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64] | None]:
        """The selected units as bools, and the order to buy them in; None for the order of scores."""
        if selection is None:
            return np.ones(units, dtype=bool), None
        given = np.asarray(selection)
        if given.dtype == bool and given.shape == (units,):
            return given, None
        wrong = ""
        if given.size == 0 and given.ndim == 1:
            given = given.astype(np.int64)
        elif given.dtype == bool:
            wrong = f"an array of shape {given.shape} for {units} units; give one bool for each"
        elif given.dtype.kind not in "iu" or given.ndim != 1:
            wrong = f"an array of {given.dtype} of shape {given.shape}"
        elif int(given.min()) < 0 or int(given.max()) >= units:
            wrong = f"the index {int(given.max() if given.max() >= units else given.min())} for {units} units"
        elif len(np.unique(given)) < len(given):
            wrong = "an index twice"
        if wrong:
            message = (
                f"stage {self.stage}: the selector gave {wrong}; a selection is one bool for each unit, or the "
                "indices of units in the order to buy them"
            )
            raise InputError(message)
        mask = np.zeros(units, dtype=bool)
        mask[given] = True
        return mask, given.astype(np.int64)

    def checked_scores(self, scores: ArrayLike, units: Units) -> NDArray[np.float64]:
        """What a scorer gave, if it is one finite number for each unit, float64 ``(n,)``.

        Raises:
            InputError: It is something else.
        """
        given = np.asarray(scores)
        wrong = ""
        if given.shape != (len(units),):
            wrong = f"an array of shape {given.shape}"
        elif given.dtype.kind not in "biuf":
            wrong = f"values of type {given.dtype}"
        elif not np.isfinite(given).all():
            wrong = f"{given[~np.isfinite(given)][0]} for unit {int(np.flatnonzero(~np.isfinite(given))[0])}"
        if wrong:
            message = f"stage {self.stage}: needs one finite score for each of its {len(units)} units, and got {wrong}"
            raise InputError(message)
        return given.astype(np.float64)

    def write(self, context: Context, rewritten: Rewritten) -> Context:
        """Put written text in the place of the passages, cut at the end of a sentence so that it fits."""
        return context.rewrite(rewritten.within(self.tokens, self.counter))
