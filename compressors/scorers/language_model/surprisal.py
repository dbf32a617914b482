"""What a causal language model did not expect: self-information of units (Selective Context, 2310.06201)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_flag, check_whole
from excerpt.compressors.reading import READ_AT_MOST
from excerpt.errors import ConfigError
from excerpt.models.attention.tokens import token_ranges
from excerpt.models.generation.likelihood import CausalLikelihood, TokenLogs
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units

__all__ = ["StoredLogs", "Surprisal", "likelihood_of", "surprisal", "unit_means"]


@dataclass(frozen=True)
class StoredLogs:
    """The log-probabilities of passages without a question, which an index may hold; see the scorers made of it.

    Args:
        model: The language model.
        most_tokens: What is read of one call at most, about (`excerpt.compressors.reading`); None for no limit.

    Raises:
        ConfigError: ``most_tokens`` is no whole number of at least 1.
    """

    model: CausalLikelihood
    most_tokens: int | None = READ_AT_MOST

    def __post_init__(self) -> None:
        if self.most_tokens is not None:
            check_whole(self.most_tokens, "most_tokens", least=1)

    @property
    def fingerprint(self) -> str:
        """Of the model, and the version of what is stored."""
        return f"token-logs-1 {self.model.fingerprint}"

    @property
    def made_with(self) -> dict[str, str]:
        """What the manifest of an index says of stored log-probabilities."""
        return {"language model": self.model.name, "quantization": "none, float32"}

    def signals(self, passages: Sequence[Passage]) -> list[TokenLogs]:
        """The log-probability of every token of each text, given the text before it."""
        read = self.model.log_probabilities([("", passage.text) for passage in passages])
        # As they would be stored, so that an index changes nothing.
        return [TokenLogs(one.logs.astype(np.float32).astype(np.float64), one.offsets) for one in read]

    def columns(self, signals: TokenLogs) -> Columns:
        """One passage's as arrays."""
        return {"log": signals.logs.astype(np.float32), "offset": signals.offsets.astype(np.int32)}

    def restored(self, columns: Columns) -> TokenLogs:
        """What ``columns`` were made of."""
        return TokenLogs(columns["log"].astype(np.float64), columns["offset"].astype(np.int64))


@dataclass(frozen=True)
class Surprisal(StoredLogs):
    """The mean of ``-log p`` over the tokens of each unit, in nats: the higher, the less the text before foretold it.

    Question-blind. Each passage that has units left is read once and whole, in windows where it is long.

    Args:
        model: As for `StoredLogs`.
        most_tokens: As for `StoredLogs`.
        reverse: Give the mean of ``log p`` instead: what was foretold comes first.

    Raises:
        ConfigError: An option is of the wrong kind.
    """

    reverse: bool = False
    name: ClassVar[str] = "surprisal"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self.reverse, "surprisal: reverse")

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Means, float64 ``(n,)``."""
        present, own = units.by_present()
        return self.rank(context.query, context.signals(self, present), own)

    def rank(self, query: str, signals: Sequence[TokenLogs], units: Units) -> NDArray[np.float64]:  # noqa: ARG002 - the shape of a scorer
        """Means, float64 ``(n,)``, from what is known of each passage."""
        means = unit_means([one.logs for one in signals], [one.offsets for one in signals], units)
        return means if self.reverse else -means


def unit_means(
    values: Sequence[NDArray[np.float64]], offsets: Sequence[NDArray[np.int64]], units: Units
) -> NDArray[np.float64]:
    """The mean over the tokens whose characters each unit overlaps, float64 ``(n,)``; 0 where it has none.

    Args:
        values: One for each token of each passage that ``units.passage`` counts.
        offsets: The characters of each token.
        units: The units, in source order.
    """
    means = np.zeros(len(units))
    bounds = np.searchsorted(units.passage, np.arange(len(values) + 1)).tolist()
    for own, places, (first, last) in zip(values, offsets, pairwise(bounds), strict=True):
        spans = list(zip(units.start[first:last].tolist(), units.end[first:last].tolist(), strict=True))
        begin, end = token_ranges(places, spans).T
        sums = np.concatenate([[0.0], np.cumsum(own)])
        means[first:last] = (sums[end] - sums[begin]) / np.maximum(end - begin, 1)
    return means


def likelihood_of(model: "str | Path | CausalLikelihood", where: str) -> CausalLikelihood:
    """The language model that an option stands for.

    Args:
        model: A directory, an imported name, a hub name, or one that is made already.
        where: The part, for messages.

    Raises:
        ConfigError: It is neither.
        ModelError: It cannot be found.
    """
    if isinstance(model, str | Path) and str(model):
        return CausalLikelihood(model)
    if isinstance(model, type) or not hasattr(model, "log_probabilities"):
        message = f"{where}: model must be a name, a directory or a CausalLikelihood, got {model!r}"
        raise ConfigError(message)
    return cast("CausalLikelihood", model)


def surprisal(
    model: "str | Path | CausalLikelihood",
    *,
    reverse: bool = False,
    most_tokens: int | None = READ_AT_MOST,
) -> Surprisal:
    """How little the text before foretells a unit, in a causal language model; question-blind.

    Args:
        model: A directory in Hugging Face layout, an imported name, a hub name, or a `CausalLikelihood`.
        reverse: What was foretold comes first instead.
        most_tokens: What is read of one call at most, about.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read.
    """
    return Surprisal(likelihood_of(model, "surprisal"), most_tokens, reverse)
