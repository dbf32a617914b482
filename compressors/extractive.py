"""A compressor from its three choices: unit, scorer, selector."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import EllipsisType
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_headroom, check_text, check_whole
from excerpt.compressors.reading import read
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.units.splitting import find_splitter, split
from excerpt.contracts import SelectorContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.protocols import Scorer, Selection, Selector, Splitter
from excerpt.registry import SCORERS, SELECTORS
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Extractive", "ScorerLike", "SelectorLike", "UnitLike", "from_parts"]

UnitLike: TypeAlias = str | Splitter
"""A registered splitter's name, or a function from a text to spans."""

ScorerLike: TypeAlias = Scorer | str | Mapping[str, Any]
"""A scorer, its registered name, or a table of its options with the name under ``use``."""

SelectorLike: TypeAlias = Selector | str | Mapping[str, Any]
"""A selector, its registered name, or a table of its options with the name under ``use``."""


class Extractive:
    """Split into units, score them, select, and fill the budget in the selector's order.

    Most compressors of the literature are one of these with the paper's defaults, and so are the named ones here: each
    can be given another ``unit`` and another ``selector``.

    A sentence or passage that repeats a better one word for word comes after everything else: retrievers
    return overlapping chunks, and saying it twice tells the reader nothing.

    Args:
        name: What reports call it.
        unit: ``"passage"``, ``"sentence"``, ``"word"``, another registered splitter, or a function.
        scorer: Says how much each unit is worth: a scorer, its name, or a table such as ``{"use": "bm25", "b": 0.5}``.
        selector: Says which units are kept, or in which order they are bought: likewise; None (or ``"greedy"``) for
            all, best score first, as far as the budget goes.
        headroom: How many times the budget it may leave when other stages follow; None for no limit; the class's own
            (1 here) where it is left out.
        parents: How many parents a kept unit brings, the nearest first: a row its header, a field its keys; None for
            all, 0 for none.

    Raises:
        ConfigError: There is no such unit, scorer or selector, the headroom is no number above 0, or the parents are no
            whole number.
    """

    name: str = "extractive"
    headroom: float | None = 1.0

    def __init__(
        self,
        name: str,
        unit: UnitLike,
        scorer: ScorerLike,
        selector: SelectorLike | None = None,
        headroom: float | EllipsisType | None = ...,
        *,
        parents: int | None = None,
    ) -> None:
        check_text(name, "name:")
        self.name = name
        try:
            find_splitter(unit)
        except ConfigError as error:
            message = f"{name}: unit: {error}"
            raise ConfigError(message) from error
        self.unit = unit
        self.scorer: Any = SCORERS.part(scorer, f"{name}: scorer")
        if isinstance(self.scorer, type) or not callable(getattr(self.scorer, "score", None)):
            message = (
                f"{name}: {scorer!r} is not a scorer; it needs a `score(context, units)` method (an "
                "instance, not a class), or to be a registered name"
            )
            raise ConfigError(message)
        self.selector: Selector = (
            Greedy() if selector is None else SELECTORS.part(selector, f"{name}: selector")
        )
        if isinstance(self.selector, type) or not callable(self.selector):
            message = (
                f"{name}: {selector!r} is not a selector; it is called with (context, units, scores, room) (an "
                "instance, not a class), or is a registered name"
            )
            raise ConfigError(message)
        if not isinstance(headroom, EllipsisType):
            check_headroom(headroom, name)
            self.headroom = headroom
        if parents is not None:
            check_whole(parents, f"{name}: parents", least=0)
        self.parents = parents

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.unit!r}, {self.scorer!r}, {self.selector!r})"

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the selected units that fit in ``room``."""
        units = replace(split(self.unit, context, room.guards), levels=self.parents)
        if len(units) == 0:  # nothing but white space is left, which is worth no token
            return context.narrow([()] * len(context.passages))
        compares = with_defaults(self.selector, SelectorContract).compares
        known = read(self.scorer, context, units, None if compares else room)
        scores = known.scores
        seen = context if known.vectors is None else replace(context, embedded=(units, known.vectors))
        room.deadline.check()
        chosen = self.selector(seen, units, room.checked_scores(scores, units), room)
        selection = cast("Selection", np.asarray(chosen))  # one of a plug-in may be a list
        if units.kind != "word":
            scores, selection = _repeats_last(scores, selection, units.texts(context.passages))
        filled = self.fill(context, units, scores, selection, room)
        filled = filled.noted(known.note) if known.note else filled
        return filled if known.share is None else replace(filled, read=known.share)

    def fill(
        self, context: Context, units: Units, scores: NDArray[np.floating], selection: Selection, room: Room
    ) -> Context:
        """Keep the selected units that fit in ``room``; what a compressor that stops earlier does otherwise.

        Args:
            context: What is kept now.
            units: At least one.
            scores: ``(n,)``.
            selection: What the selector said, repeats last.
            room: The limit and the tokenizer.
        """
        return room.fill(context, units, scores, selection)


def from_parts(
    scorer: ScorerLike,
    *,
    unit: UnitLike = "sentence",
    selector: SelectorLike = "greedy",
    name: str = "",
    headroom: float | None = 1.0,
    parents: int | None = None,
) -> Extractive:
    """The stage of a TOML table that names a unit, a scorer and a selector in the place of a compressor.

    Args:
        scorer: As for `Extractive`.
        unit: As for `Extractive`.
        selector: As for `Extractive`.
        name: What reports call it; made of the three names where it is empty.
        headroom: As for `Extractive`.
        parents: As for `Extractive`.

    Raises:
        ConfigError: As `Extractive`.
    """
    parts = [part.get("use", "") if isinstance(part, Mapping) else part for part in (unit, scorer, selector)]
    words = [
        part if isinstance(part, str) else str(getattr(part, "name", type(part).__name__)) for part in parts
    ]
    return Extractive(name or " ".join(words), unit, scorer, selector, headroom, parents=parents)


def _repeats_last(
    scores: NDArray[np.floating], selection: Selection, texts: Sequence[str]
) -> tuple[NDArray[np.floating], Selection]:
    """Scores and selection with repeats moved behind all others, in their own order."""
    if len(set(texts)) == len(texts):
        return scores, selection
    moved = np.array(scores, dtype=np.float64)
    behind_all = float(np.ptp(scores)) + 1.0
    seen: set[str] = set()
    repeats = np.zeros(len(texts), dtype=bool)
    for index in np.argsort(-moved, kind="stable").tolist():
        if texts[index] in seen:
            repeats[index] = True
        seen.add(texts[index])
    moved[repeats] -= behind_all
    if selection.dtype.kind in "iu":
        late = repeats[selection]
        selection = np.concatenate([selection[~late], selection[late]])
    return moved, selection
