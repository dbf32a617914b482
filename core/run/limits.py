"""How many tokens a stage may keep, what a unit costs of them, and what an earlier stage thought of a passage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.tokens import TokenCounter
from excerpt.values.stored import count_fingerprint
from excerpt.values.types import Context, Ranking, Units

__all__ = ["Limit", "passage_scores", "unit_costs"]


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


def unit_costs(
    context: Context, units: Units, counter: TokenCounter, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Tokens of each unit alone, int64 ``(n,)``: stored counts where an index has them, else counted.

    Args:
        context: Holds the passages.
        units: The units.
        counter: The reader's tokenizer.
        wanted: ``(n,)``, the units to count; None for all. The others cost 0 where no count of them is stored.
    """
    costs = _stored_costs(context, units, counter)
    missing = np.flatnonzero(costs < 0 if wanted is None else (costs < 0) & wanted).tolist()
    if not missing:
        return np.maximum(costs, 0)
    texts = units.texts(context.passages)
    distinct = sorted({texts[index] for index in missing})
    known = dict(zip(distinct, counter.count_many(distinct), strict=True))
    costs[missing] = [known[texts[index]] for index in missing]
    return np.maximum(costs, 0)


def _stored_costs(context: Context, units: Units, counter: TokenCounter) -> NDArray[np.int64]:
    """What an index counted when it was built; -1 for units it does not know."""
    fingerprint = count_fingerprint(counter)
    if context.recall is None or fingerprint is None or units.kind == "word":
        return np.full(len(units), -1, dtype=np.int64)
    return context.recall.token_counts(fingerprint, context.passages, units)


def passage_scores(rankings: Sequence[Ranking], passages: int) -> list[float]:
    """One score for each passage: its best unit in the latest ranking of passages or sentences.

    Word scores say little about a passage, so a ranking of words is read only when there is no other.
    """
    scores = np.full(passages, -np.inf)
    coarse = [ranking for ranking in rankings if ranking.units.kind != "word"]
    for ranking in (coarse or list(rankings))[-1:]:
        np.maximum.at(scores, ranking.units.passage, ranking.scores)
    return [float(score) for score in scores]
