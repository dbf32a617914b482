"""Chains for an evaluation, by name."""

from pathlib import Path
from typing import Protocol

from winnow.budget import BudgetLike
from winnow.chain import Chain
from winnow.coerce import PassageLike
from winnow.compressed import Compressed
from winnow.errors import ConfigError
from winnow.eval.oracle import Oracle, WholeContext
from winnow.presets import PRESETS, load_chain
from winnow.registry import names

__all__ = ["BASELINES", "Compresses", "named_chain"]

BASELINES = ("truncate", "random", "bm25-sentences", "oracle")
"""What any chain is shown between: three floors without a model and the upper bound."""


class Compresses(Protocol):
    """What an evaluation needs of a chain."""

    def compress(
        self, query: str, passages: tuple[PassageLike, ...], *, budget: BudgetLike = None
    ) -> Compressed:
        """Compress what was retrieved for one question."""


def named_chain(name: str) -> Compresses:
    """A chain from a preset, a TOML file, a registered compressor (a chain of that stage), ``oracle`` or ``full``.

    Raises:
        ConfigError: Nothing has that name, or the file is wrong.
        ModelError: Its model cannot be had.
    """
    if name in PRESETS or name.endswith(".toml"):
        return load_chain(name)
    if name == "oracle":
        return Chain([Oracle()])
    if name == "full":
        return WholeContext()
    if name not in names():
        what = "is a file, but chain files end in .toml" if Path(name).is_file() else "is not a chain"
        known = ", ".join([*PRESETS, *names(), "oracle", "full"])
        message = f"chain: {name!r} {what}; give a .toml file or one of {known}"
        raise ConfigError(message)
    return Chain([name])
