"""Chains for an evaluation, by name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from excerpt.budget import BudgetLike
from excerpt.chain import Chain
from excerpt.compressors import Extractive
from excerpt.compressors.scorers.similarity import EmbeddingSimilarity
from excerpt.compressors.vectors.encoders import encoder_of
from excerpt.errors import ConfigError
from excerpt.eval.oracle import NoContext, Oracle, WholeContext
from excerpt.presets import load_chain
from excerpt.protocols import Compressor
from excerpt.registry import COMPRESSORS, PRESETS, did_you_mean
from excerpt.values.coerce import PassageLike
from excerpt.values.compressed import Compressed

__all__ = ["BASELINES", "Compresses", "named_chain"]


class Compresses(Protocol):
    """What an evaluation needs of a chain."""

    def compress(
        self, query: str, passages: tuple[PassageLike, ...], *, budget: BudgetLike = None
    ) -> Compressed:
        """Compress what was retrieved for one question."""


BASELINES = (
    "no-context",
    "full",
    "truncate",
    "random",
    "bm25-sentences",
    "lexical",
    "rerank-and-truncate",
    "oracle",
)
"""What any chain is shown between: nothing and everything, floors without a model, the strongest simple rival (passages
by similarity, then cut at the budget: 2407.08892), and the upper bound."""

_SPECIAL: Mapping[str, Callable[[], Compresses]] = {
    "full": WholeContext,
    "no-context": NoContext,
    "oracle": lambda: Chain([Oracle()]),
    "rerank-and-truncate": lambda: Chain([_reranked(), "rerank-truncate"], name="rerank-and-truncate"),
}
"""Chains that only an evaluation has a use for."""


def named_chain(name: str) -> Compresses:
    """A chain from a preset, a TOML file, a registered compressor (a chain of that stage), or one of ``BASELINES``.

    Raises:
        ConfigError: Nothing has that name, or the file is wrong.
        ModelError: Its model cannot be had.
    """
    if name in PRESETS or name.endswith(".toml"):
        return load_chain(name).for_reader(None)  # what is measured, and read, is text
    if name in _SPECIAL:
        return _SPECIAL[name]()
    if name not in COMPRESSORS.names():
        what = "is a file, but chain files end in .toml" if Path(name).is_file() else "is not a chain"
        known = ", ".join([*PRESETS, *COMPRESSORS.names(), *_SPECIAL])
        meant = did_you_mean(name, [*PRESETS, *COMPRESSORS.names(), *_SPECIAL])
        message = f"chain: {name!r} {what}.{meant} Give a .toml file or one of {known}"
        raise ConfigError(message)
    return Chain([name])


def _reranked() -> Compressor:
    """All passages, ranked by similarity to the question."""
    scorer = EmbeddingSimilarity(encoder_of("all-MiniLM-L6-v2"))
    return Extractive("rerank", "passage", scorer, headroom=None)
