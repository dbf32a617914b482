"""Whether a call is read in rounds, or all of it at once."""

from collections.abc import Callable

from excerpt.compressors.cascade.partly_read import PartlyRead, WindowScorer
from excerpt.compressors.cascade.prospects import Prospects
from excerpt.compressors.cascade.rounds import Cascade, Rounds, read_in_rounds
from excerpt.values.types import Context, Units

__all__ = ["read_what_matters"]

_WORTH_A_ROUND = 600  # tokens; less takes an encoder less time than to think of what to leave out


def read_what_matters(
    cascade: Cascade,
    scorer: WindowScorer,
    context: Context,
    units: Units,
    *,
    tokens: int,
    check: Callable[[], None],
) -> Rounds | None:
    """What a scorer says of all units after it has read what may matter for a budget.

    Args:
        cascade: What can be expected in what has not been read.
        scorer: The scorer.
        context: The question and the passages.
        units: The candidates, at least one.
        tokens: The budget.
        check: Called between rounds; what it raises ends the reading.

    Returns:
        None where all is to be read at once: everything is stored, there is too little to read, or a unit stands in
        more than one window.
    """
    if _all_stored(scorer, context, units):
        return None
    passages = PartlyRead(scorer, context, units)
    if not passages.apart or passages.tokens.sum() < _WORTH_A_ROUND:
        return None
    prospects = Prospects(
        context.query,
        passages.passages,
        passages.units,
        passages.window,
        passages.passage,
        min(tokens / int(passages.length.sum()), 1.0),
    )
    return read_in_rounds(cascade, passages, prospects, check=check)


def _all_stored(scorer: WindowScorer, context: Context, units: Units) -> bool:
    if context.recall is None:
        return False
    present, _ = units.by_present()
    stored = context.recall.stored(scorer, [context.passages[index] for index in present])
    return all(columns is not None for columns in stored)
