"""What a passage loses without a unit: the drop of another scorer's number (LooComp, 2603.09222)."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ConfigError
from excerpt.leave_one_out import without_each
from excerpt.registry import SCORERS
from excerpt.values.types import Context, Passage, Units

__all__ = ["LeaveOneOut"]


@dataclass(frozen=True)
class LeaveOneOut:
    """The passage's score less its score without the unit, under another scorer; what is said twice is worth little.

    For ``n`` units of a passage ``n + 1`` texts of its length are scored, so the cost grows with the square: for short
    passages. Where nothing is left without a unit, nothing counts as much as the least of all these texts.

    Args:
        scorer: Scores texts as passages: a scorer, its name, or a table with its options.

    Raises:
        ConfigError: There is no such scorer.
    """

    scorer: Any = "late-interaction"
    name: ClassVar[str] = "leave-one-out"
    _inner: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        inner = SCORERS.part(self.scorer, "leave-one-out: scorer")
        if isinstance(inner, type) or not callable(getattr(inner, "score", None)):
            message = f"leave-one-out: {self.scorer!r} is not a scorer, its name or a table with `use`"
            raise ConfigError(message)
        object.__setattr__(self, "_inner", inner)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Losses, float64 ``(n,)``."""
        if len(units) == 0:
            return np.zeros(0)
        texts: list[Passage] = []
        whole, own = np.zeros(len(units), dtype=np.int64), np.zeros(len(units), dtype=np.int64)
        for number in np.unique(units.passage).tolist():
            passage, mine = context.passages[number], np.flatnonzero(units.passage == number)
            spans = list(zip(units.start[mine].tolist(), units.end[mine].tolist(), strict=True))
            whole[mine], own[mine] = len(texts), len(texts) + 1 + np.arange(len(mine))
            texts += [Passage(text, title=passage.title) for text in without_each(passage.text, spans)]
        made = Context.start(context.query, texts)
        as_passages = Units.of("passage", [[(0, len(text.text))] if text.text else () for text in texts])
        known = np.asarray(self._inner.score(made, as_passages), dtype=np.float64)
        scores = np.full(len(texts), known.min(initial=np.inf))
        scores[as_passages.passage] = known
        return np.asarray(scores[whole] - scores[own])
