"""Ask the retriever for more where what was retrieved is not enough for an answer.

A stage with a gate (`excerpt.compressors.ECoRAG`, `CompAct`, `ACCRAG`) says whether what it kept is enough
(`excerpt.Compressed.sufficient`). A chain cannot retrieve, so this asks whoever can.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from excerpt.budget import BudgetLike
from excerpt.chain import ChainLike
from excerpt.checks import check_whole
from excerpt.contracts import CompressorContract, with_defaults
from excerpt.errors import ConfigError
from excerpt.presets import DEFAULT_RATIO, load_chain
from excerpt.values.coerce import PassageLike, to_passages
from excerpt.values.compressed import Compressed
from excerpt.values.stored import Store
from excerpt.values.types import Passage

__all__ = ["More", "compress_until_sufficient"]

More: TypeAlias = Callable[[str, Sequence[Passage]], Iterable[PassageLike]]
"""From a question and the passages that there are to further ones, none where there are no more
(`excerpt.retrievers.Index.more`)."""


def compress_until_sufficient(  # noqa: PLR0913 - the options of `compress`, and two
    query: str,
    passages: Iterable[PassageLike],
    more: More,
    *,
    chain: ChainLike,
    budget: BudgetLike = DEFAULT_RATIO,
    times: int = 3,
    stored: Store | None = None,
) -> Compressed:
    """Compress; while the chain's gate says that it is not enough, retrieve more and compress again.

    Args:
        query: The question.
        passages: What was retrieved first; may be empty.
        more: Called with the question and all passages so far; gives those to be added behind them.
        chain: A chain with a stage that has a gate.
        budget: As for `excerpt.compress`; a ratio is of all passages that there are then.
        times: How often to ask, at most.
        stored: As for `excerpt.compress`.

    Returns:
        The last result, of all passages. Its warnings say how often the retriever was asked.

    Raises:
        ConfigError: No stage of the chain has a gate, ``more`` cannot be called, or ``times`` is no whole number.
        ExcerptError: As `excerpt.compress`; and whatever ``more`` raises.
    """
    made = load_chain(chain)
    if not any(with_defaults(stage, CompressorContract).judges for stage in made.stages):
        message = (
            f"chain {made.name}: no stage has a gate to say what is enough; use ecorag, compact or acc-rag"
        )
        raise ConfigError(message)
    if not callable(more):
        message = f"more: must be called with a question and passages, got {more!r}"
        raise ConfigError(message)
    check_whole(times, "times", least=0)
    have = to_passages(passages)
    result = made.compress(query, have, budget=budget, stored=stored)
    asked, dry = 0, False
    while _is_wanting(result) and asked < times and not dry:
        further = to_passages(more(query, have), "what more gave")
        asked, dry = asked + 1, not further
        if further:
            have = (*have, *further)
            result = made.compress(query, have, budget=budget, stored=stored)
    if not asked:
        return result
    note = f"the retriever was asked for more {asked} time{'s' if asked > 1 else ''}" + (
        ", and had none" if dry else ""
    )
    return replace(result, report=replace(result.report, warnings=(*result.report.warnings, note)))


def _is_wanting(result: Compressed) -> bool:
    """Whether a gate said no, or there was nothing that it could have been asked about."""
    return result.sufficient is False or not any(kept.passage.text.strip() for kept in result.passages)
