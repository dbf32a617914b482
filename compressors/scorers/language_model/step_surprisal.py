"""How little a language model saw a step of a chain of thought coming (step entropy, 2508.03346; ASAP, 2508.05988)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ConfigError
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units

if TYPE_CHECKING:
    from excerpt.models.generation.likelihood import CausalLikelihood, TokenLogs

__all__ = ["Measure", "StepSurprisal", "check_measure", "step_surprisal"]

Measure: TypeAlias = Literal["sum", "mean", "first"]


@dataclass(frozen=True, slots=True, eq=False)
class TokenSurprisals:
    """The tokens of one passage.

    Args:
        surprisal: Float32 ``(t,)``: minus the natural log-probability of each given all before it.
        start: Int32 ``(t,)``: the first character of each.
    """

    surprisal: NDArray[np.float32]
    start: NDArray[np.int32]


@dataclass(frozen=True)
class StepSurprisal:
    """The surprisal of a step's tokens, each given all of the passage before it.

    A passage is read once, without the question, so its surprisals can be stored.

    Args:
        likelihood: The language model.
        measure: ``"sum"`` over the tokens, by which step entropy ranks, with the surprisal of what was written in the
            place of the entropy of what could have been; their ``"mean"``; or the ``"first"`` token's (ASAP): where
            a line of thought turns, its first word is the least expected.
    """

    likelihood: "CausalLikelihood"
    measure: Measure = "sum"
    name: ClassVar[str] = "step-surprisal"

    @property
    def fingerprint(self) -> str:
        """The model and its window; the measure is chosen afterwards."""
        return f"token-surprisals {self.likelihood.fingerprint}"

    def signals(self, passages: Sequence[Passage]) -> list[TokenSurprisals]:
        """The surprisals of each passage's tokens."""
        read = self.likelihood.log_probabilities([("", passage.text) for passage in passages])
        return list(map(_surprisals, read))

    def columns(self, signals: TokenSurprisals) -> Columns:
        """One passage's surprisals as arrays, for storing."""
        return {"surprisal": signals.surprisal, "start": signals.start}

    def restored(self, columns: Columns) -> TokenSurprisals:
        """The surprisals that ``columns`` were made of."""
        return TokenSurprisals(columns["surprisal"], columns["start"])

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores, float64 ``(n,)``; 0 for a unit without a token. The question is not read."""
        present, own = units.by_present()
        return self.rank(context.query, context.signals(self, present), own)

    def rank(self, query: str, signals: Sequence[TokenSurprisals], units: Units) -> NDArray[np.float64]:  # noqa: ARG002 - the shape of a scorer of stored signals
        """The scores of ``score`` from signals that are there already, float64 ``(n,)``.

        Args:
            query: Not read.
            signals: One for each passage that ``units.passage`` counts.
            units: The candidates.
        """
        scores = np.zeros(len(units))
        for passage, known in enumerate(signals):
            mine = np.flatnonzero(units.passage == passage)
            low = np.searchsorted(known.start, units.start[mine])
            high = np.searchsorted(known.start, units.end[mine])
            sums = np.r_[0.0, np.cumsum(known.surprisal, dtype=np.float64)]
            if self.measure == "first":
                padded = np.r_[known.surprisal.astype(np.float64), 0.0]
                scores[mine] = np.where(high > low, padded[low], 0.0)
            else:
                scores[mine] = (sums[high] - sums[low]) / (
                    np.maximum(high - low, 1) if self.measure == "mean" else 1
                )
        return scores


def _surprisals(logs: "TokenLogs") -> TokenSurprisals:
    return TokenSurprisals((-logs.logs).astype(np.float32), logs.offsets[:, 0].astype(np.int32))


def check_measure(measure: object, where: str) -> None:
    """Refuse what is no measure.

    Args:
        measure: What was given.
        where: Whose option it is.

    Raises:
        ConfigError: It is none.
    """
    if measure not in get_args(Measure):
        message = f"{where}: measure must be one of {', '.join(get_args(Measure))}, got {measure!r}"
        raise ConfigError(message)


def step_surprisal(model: "str | Path | CausalLikelihood", *, measure: Measure = "sum") -> StepSurprisal:
    """The surprisal of each unit under a causal language model: the sum over its tokens, the mean, or the first.

    Args:
        model: A directory in Hugging Face layout, a hub name, or a likelihood that is loaded already.
        measure: As for `StepSurprisal`.

    Raises:
        ConfigError: There is no such measure, or the model is none.
        ModelError: The model cannot be found.
    """
    check_measure(measure, "step-surprisal")
    if isinstance(model, str | Path):
        from excerpt.models.generation.likelihood import CausalLikelihood  # noqa: PLC0415 - of an extra

        return StepSurprisal(CausalLikelihood(model, batch=1), measure)
    if not callable(getattr(model, "log_probabilities", None)):
        message = f"step-surprisal: model must be a name, a directory or a CausalLikelihood, got {model!r}"
        raise ConfigError(message)
    return StepSurprisal(model, measure)
