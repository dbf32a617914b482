"""Whether a call is read in rounds, or all of it at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from excerpt.compressors.cascade.partly_read import PartlyRead
from excerpt.compressors.cascade.prospects import Prospects
from excerpt.compressors.cascade.rounds import Rounds, read_in_rounds
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.compressors.scorers.evidence import EvidenceScore

__all__ = ["read_what_matters"]

_WORTH_A_ROUND = 600  # tokens; less takes an encoder less time than to think of what to leave out


def read_what_matters(
    scorer: "EvidenceScore", context: Context, units: Units, tokens: int, check: Callable[[], None]
) -> Rounds | None:
    """What a scorer says of all units after it has read what may matter for a budget.

    Args:
        scorer: The scorer.
        context: The question and the passages.
        units: The candidates, at least one.
        tokens: The budget.
        check: Called between rounds; what it raises ends the reading.

    Returns:
        None where all is to be read at once: the scorer has no cascade or its switch is off, everything is stored,
        there is too little to read, or a unit stands in more than one window.
    """
    if scorer.cascade is None or scorer.least_gain == 0 or _all_stored(scorer, context, units):
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
    return read_in_rounds(scorer.cascade, passages, prospects, least_gain=scorer.least_gain, check=check)


def _all_stored(scorer: "EvidenceScore", context: Context, units: Units) -> bool:
    if context.recall is None:
        return False
    present, _ = units.by_present()
    stored = context.recall.stored(scorer, [context.passages[index] for index in present])
    return all(columns is not None for columns in stored)
