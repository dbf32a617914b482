"""What a compression forgets and what it still tells, under a language model (information bottleneck, 2406.01549)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from excerpt.checks import check_number
from excerpt.models.generation.likelihood import CausalLikelihood, TokenLogs
from excerpt.models.protocols import Check
from excerpt.models.runtime.disk_cache import DiskCache, content_key

__all__ = ["Asked", "Bottleneck", "BottleneckMeter", "measure"]

_NOTHING = float("nan")


class Asked(NamedTuple):
    """One compression.

    Args:
        question: The question.
        retrieved: The text that was compressed.
        kept: What was made of it.
        answers: Accepted answers; the likeliest counts.
    """

    question: str
    retrieved: str
    kept: str
    answers: tuple[str, ...]


class Bottleneck(NamedTuple):
    """Two mean token probabilities, 0 to 1; NaN where there is no text or no answer.

    Attributes:
        retrieved: Of the retrieved text, given what was kept and the question: what was not forgotten.
        answer: Of the likeliest answer, given the same: what is still told.
    """

    retrieved: float
    answer: float

    def score(self, beta: float = 1.0) -> float:
        """``retrieved - beta x answer``: the lower, the better.

        Args:
            beta: What the answer counts for.
        """
        return self.retrieved - beta * self.answer


def measure(model: CausalLikelihood, asked: Sequence[Asked], *, check: Check = None) -> list[Bottleneck]:
    """The bottleneck of each compression.

    Args:
        model: The language model.
        asked: The compressions.
        check: Called before each forward pass; what it raises ends the call.

    Raises:
        InputError: What was kept takes more than half of the model's window.
        ModelError: The model cannot be loaded.
    """
    pairs = [
        pair
        for one in asked
        for pair in (
            (_contexts(one)[0], one.retrieved),
            *((_contexts(one)[1], f" {answer}") for answer in one.answers),
        )
    ]
    read = iter(model.log_probabilities(pairs, check=check))
    return [
        Bottleneck(
            _probability(next(read)),
            max((_probability(next(read)) for _ in one.answers), default=_NOTHING),
        )
        for one in asked
    ]


@dataclass(frozen=True)
class BottleneckMeter:
    """Measures compressions that are small enough for its model, and nothing twice.

    Args:
        model: The language model.
        beta: What the answer counts for.
        cache: Where findings are kept; None for nowhere.

    Raises:
        ConfigError: ``beta`` is no number of at least 0.
    """

    model: CausalLikelihood
    beta: float = 1.0
    cache: DiskCache | None = None

    def __post_init__(self) -> None:
        check_number(self.beta, "bottleneck: beta", least=0)

    @property
    def name(self) -> str:
        """The model's own."""
        return self.model.name

    def measure(self, asked: Sequence[Asked]) -> list[Bottleneck]:
        """As `measure`, one for each; NaN where what was kept takes more than half of the model's window.

        Raises:
            ModelError: The model cannot be loaded.
        """
        keys = {
            one: content_key("bottleneck", self.model.fingerprint, *one[:3], *one.answers) for one in asked
        }
        stored = {} if self.cache is None else self.cache.get_many(keys.values())
        known = {one: Bottleneck(*json.loads(stored[key])) for one, key in keys.items() if key in stored}
        for one, key in keys.items():
            if one in known:
                continue
            fits = max(self.model.count(_contexts(one))) < self.model.max_tokens // 2
            known[one] = measure(self.model, [one])[0] if fits else Bottleneck(_NOTHING, _NOTHING)
            if self.cache is not None:
                self.cache.put_many({key: json.dumps(known[one]).encode()})
        return [known[one] for one in asked]


def _contexts(one: Asked) -> tuple[str, str]:
    """What stands before the retrieved text, and before an answer."""
    asked = f"{one.kept}\n\nQuestion: {one.question}"
    return f"{asked}\n\n", f"{asked}\nAnswer:"


def _probability(read: TokenLogs) -> float:
    """The mean probability of the tokens."""
    return float(np.exp(read.logs).mean()) if len(read.logs) else _NOTHING
