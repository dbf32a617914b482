"""The best part of a unit that does not fit, in the place of filler behind it.

The fit skips what is too large. Where that is one of the best units, and not the last few tokens' worth of the budget,
the reader would get what is worth little in its place; so its best part is bought instead (`Shortener`), and what
could not be kept at all is said.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.run.filling import Filling, Misfit
from excerpt.run.limits import Limit
from excerpt.values.spans import Span
from excerpt.values.types import Ranking, Units

__all__ = ["Shortener", "left_out", "shortened"]

_ROUNDS = 4  # units that are shortened in one fit, at most
_FEWEST = 4  # tokens of a part of what a unit must be read with


class Shortener(Protocol):
    """Finds the best part of a unit (`excerpt.compressors.units.best_parts`)."""

    def __call__(
        self, text: str, span: Span, tokens: int, *, sentences: bool
    ) -> Sequence[tuple[int, int, int]]:
        """Parts in the order of the text, each with its parent in the list; empty where nothing fits.

        Args:
            text: The passage.
            span: The unit.
            tokens: What they may cost.
            sentences: Whether a sentence may be cut.
        """


def shortened(filling: Filling, shorten: Shortener) -> tuple[Filling, list[str]]:
    """The same fit with parts in the place of units that do not fit when their turn comes.

    Args:
        filling: The fit.
        shorten: Finds the parts.

    Returns:
        The fit to run, and what the caller should know.
    """
    notes: list[str] = []
    done: list[Misfit] = []
    heads: set[tuple[int, int]] = set()  # passages and first characters of parents that were shortened
    while len(done) < _ROUNDS and (misfit := filling.misfit(done)) is not None:
        text = filling.context.passages[misfit.passage].text
        units = filling.ranking.units
        place = (misfit.passage, int(units.start[misfit.head]))
        if misfit.head >= 0 and misfit.room >= _FEWEST and place not in heads:
            heads.add(place)
            head = Span(place[1], int(units.end[misfit.head]))
            if parts := shorten(text, head, misfit.room, sentences=False):
                filling = filling.with_ranking(_with_short_parent(filling.ranking, misfit.head, parts))
                continue
        done.append(misfit)
        parts = shorten(text, Span(misfit.start, misfit.end), misfit.tokens, sentences=misfit.best)
        if parts or misfit.best:
            notes.append(_note(filling, misfit, parts))
        if parts:
            filling = filling.with_ranking(_with_parts(filling.ranking, misfit, parts))
    return filling, notes


def _note(filling: Filling, misfit: Misfit, parts: Sequence[tuple[int, int, int]]) -> str:
    kind, limit = filling.ranking.units.kind, filling.limit.tokens
    about = f"passages[{misfit.passage}]: a {kind} of {filling.cost[misfit.unit]} tokens"
    if misfit.left:
        about += f", read with {misfit.parents} more,"
    if not parts:
        return f"{about} does not fit into a limit of {limit}, and no part of it does"
    whole = [tuple(part[:2]) for part in parts] == [(misfit.start, misfit.end)]
    without = f"without {misfit.left} of these" if misfit.near else "without these"
    return f"{about} does not fit into a limit of {limit}: " + (
        f"it was kept {without}" if whole else "only its best part was kept"
    )


def left_out(ranking: Ranking, costs: Sequence[int], limit: Limit, *, said: bool) -> list[str]:
    """What to say of the best unit, where it scores clearly above all that was kept: by the spread of the scores.

    Args:
        ranking: What was kept.
        costs: Tokens of each unit.
        limit: What might be kept.
        said: Whether something was said of units that do not fit.
    """
    order = ranking.buying_order()
    if said or not len(order) or (ranking.units.kind == "word" and ranking.kept.any()):
        return []
    best, kept = int(order[0]), ranking.kept
    scores = ranking.scores
    clearly = not kept.any() or scores[best] > scores[kept].max() + scores[ranking.eligible].std()
    if kept[best] or not clearly:
        return []
    above = "nothing was kept" if not kept.any() else "the best unit was left out"
    unit = f"passages[{ranking.units.passage[best]}], a {ranking.units.kind} of {costs[best]} tokens"
    return [f"{above}: {unit}, which does not fit into a limit of {limit.tokens}"]


def _with_parts(ranking: Ranking, misfit: Misfit, parts: Sequence[tuple[int, int, int]]) -> Ranking:
    """A ranking in which parts stand in the place of a unit, worth what it was worth, with its nearest parents."""
    above = _parents(ranking.units)
    if misfit.left and misfit.near:
        above[misfit.last] = -1
    own = -1 if misfit.left and not misfit.near else int(above[misfit.unit])
    return _replaced(ranking, misfit.unit, parts, above, own)


def _with_short_parent(ranking: Ranking, parent: int, parts: Sequence[tuple[int, int, int]]) -> Ranking:
    """A ranking in which parts stand in the place of a parent; what is read with it is read with all of them."""
    chained = [(start, end, number - 1) for number, (start, end, _) in enumerate(parts)]
    above = _parents(ranking.units)
    return _replaced(ranking, parent, chained, above, int(above[parent]), read_with=len(parts) - 1)


def _parents(units: Units) -> NDArray[np.int64]:
    return np.full(len(units), -1) if units.parent is None else units.parent.copy()


def _replaced(
    ranking: Ranking,
    unit: int,
    parts: Sequence[tuple[int, int, int]],
    above: NDArray[np.int64],
    own: int,
    *,
    read_with: int = 0,
) -> Ranking:
    """A ranking with parts in the place of a unit.

    Args:
        ranking: With the unit.
        unit: Which.
        parts: Its parts, each with its parent in the list or -1.
        above: Parents of all units.
        own: Of the parts that have none in the list.
        read_with: The part that is the parent of what the unit was the parent of.
    """
    units, count = ranking.units, len(parts)
    index = np.concatenate([np.arange(unit), np.full(count, unit), np.arange(unit + 1, len(units))])
    start, end = units.start[index], units.end[index]
    start[unit : unit + count] = [part[0] for part in parts]
    end[unit : unit + count] = [part[1] for part in parts]
    place = np.arange(len(units)) + np.where(np.arange(len(units)) > unit, count - 1, 0)
    held = place.copy()
    held[unit] += read_with
    above = above[index]
    above = np.where(above < 0, -1, held[above])
    own = -1 if own < 0 else int(held[own])
    above[unit : unit + count] = [unit + part[2] if part[2] >= 0 else own for part in parts]
    order = ranking.order
    if order is not None:
        order = np.concatenate(
            [np.arange(unit, unit + count) if each == unit else place[[each]] for each in order.tolist()]
        ).astype(np.int64)
    narrowed = replace(
        units,
        passage=units.passage[index],
        start=start,
        end=end,
        parent=above if (above >= 0).any() else None,
    )
    eligible = ranking.eligible[index]
    return Ranking(ranking.stage, narrowed, ranking.scores[index], eligible, eligible, order)
