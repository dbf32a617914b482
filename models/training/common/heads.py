"""Heads that make other vectors of an encoder's token states, and the loop that trains them.

The encoder stays as it is, so its states are computed once, and an epoch over thousands of questions takes a minute
or less on one core.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from torch import nn

from excerpt.models.training.common.recipe import FitSettings, TrainingProgress

__all__ = ["FitResult", "MatchHead", "SentenceHead", "fit", "listwise"]

H = TypeVar("H", bound=nn.Module)
E = TypeVar("E")


class FitResult(NamedTuple):
    """What the best epoch reached on held-out questions, and how it went."""

    figures: dict[str, float]
    history: list[dict[str, Any]]

    def with_start(self) -> dict[str, float]:
        """The figures, and the same ``before`` the first step."""
        return {f"{name} before": self.history[0][f"eval_{name}"] for name in self.figures} | self.figures


class _Residual(nn.Module):
    """A linear map and a two-layer network beside it that begins at zero."""

    def __init__(self, start: torch.Tensor, width: int) -> None:
        super().__init__()
        dim, states = start.shape
        self.linear = nn.Linear(states, dim, bias=False)
        self.inner, self.outer = nn.Linear(states, width), nn.Linear(width, dim)
        with torch.no_grad():
            self.linear.weight.copy_(start)
            self.outer.weight.zero_()
            self.outer.bias.zero_()

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """``(..., states)`` to ``(..., dim)``."""
        added: torch.Tensor = self.outer(nn.functional.gelu(self.inner(hidden)))
        out: torch.Tensor = self.linear(hidden) + added
        return out


class MatchHead(nn.Module):
    """Token states to vectors for late interaction.

    A vector's direction is what is matched; its length is what the token counts for in a question.

    Args:
        start: The first projection ``(dim, states)``.
        width: Of the hidden layer.
    """

    def __init__(self, start: torch.Tensor, width: int) -> None:
        super().__init__()
        self.direction = _Residual(start, width)
        self.weight = nn.Linear(start.shape[1], 1)
        nn.init.zeros_(self.weight.weight)
        nn.init.zeros_(self.weight.bias)

    def directions(self, hidden: torch.Tensor) -> torch.Tensor:
        """Vectors of length 1, ``(..., dim)``."""
        return nn.functional.normalize(self.direction(hidden).float(), dim=-1)

    def weights(self, hidden: torch.Tensor) -> torch.Tensor:
        """Above 0, ``(...,)``."""
        return nn.functional.softplus(self.weight(hidden)[..., 0])

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Directions times weights, ``(..., dim)``."""
        return self.directions(hidden) * self.weights(hidden)[..., None]


class SentenceHead(nn.Module):
    """The token states of a text to one vector: their weighted mean, and a two-layer network beside it.

    It begins as the plain mean.

    Args:
        states: Length of a state, and of the vector.
        width: Of the hidden layer.
    """

    def __init__(self, states: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Linear(states, 1)
        self.inner, self.outer = nn.Linear(states, width), nn.Linear(width, states)
        for zero in (self.weight.weight, self.weight.bias, self.outer.weight, self.outer.bias):
            nn.init.zeros_(zero)

    def weighted(self, hidden: torch.Tensor) -> torch.Tensor:
        """States times what they count for, ``(..., states)``."""
        return hidden * nn.functional.softplus(self.weight(hidden))

    def vectors(self, sums: torch.Tensor) -> torch.Tensor:
        """Vectors of length 1 from sums of weighted states, ``(..., states)``."""
        mean = nn.functional.normalize(sums, dim=-1)
        added: torch.Tensor = self.outer(nn.functional.gelu(self.inner(mean)))
        return nn.functional.normalize(mean + added, dim=-1)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """``(1, t, states)`` to the text's vector at each of its tokens, ``(1, t, states)``."""
        vectors = self.vectors(self.weighted(hidden).sum(dim=1, keepdim=True))
        return vectors.expand(-1, hidden.shape[1], -1)


def listwise(scores: torch.Tensor, relevant: torch.Tensor) -> torch.Tensor:
    """The mean over relevant candidates of a softmax loss against all candidates that are not.

    Args:
        scores: ``(n,)``.
        relevant: Bool ``(n,)``, of both kinds.
    """
    against = torch.logsumexp(scores[~relevant], 0)
    return nn.functional.softplus(against - scores[relevant]).mean()


def fit(
    head: nn.Module,
    learnt: Sequence[E],
    loss: Callable[[Sequence[E], np.random.Generator], torch.Tensor],
    measure: Callable[[], dict[str, float]],
    *,
    settings: FitSettings,
    progress: TrainingProgress | None = None,
) -> FitResult:
    """Train a head in place; it is left as it was after its best epoch, in evaluation mode.

    Args:
        head: The head.
        learnt: Questions to learn from.
        loss: Of some of them.
        measure: Held-out figures; the first one decides which epoch is best.
        settings: The recipe.
        progress: Called after each step; counts questions, those of every epoch.
    """
    chance = np.random.default_rng(settings.seed)
    steps = settings.epochs * -(-len(learnt) // settings.batch)
    optimiser = torch.optim.AdamW(
        head.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=steps, pct_start=0.15
    )
    best, history, done = FitResult({}, []), [_measured(head, measure, 0)], 0
    for _ in range(settings.epochs):
        head.train()
        for group in _groups(learnt, settings.batch, chance):
            value = loss(group, chance)
            optimiser.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]  # torch's own gap
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step = history[-1]["step"] + 1
            history.append({"step": step, "loss": float(value.detach())})
            done += len(group)
            if progress is not None:
                progress("training", done, settings.epochs * len(learnt), {})
        row = _measured(head, measure, history[-1]["step"])
        history.append(row)
        figures = {name.removeprefix("eval_"): value for name, value in row.items() if name != "step"}
        first = next(iter(figures))
        if not best.figures or figures[first] > best.figures[first]:
            best, weights = FitResult(figures, []), copy.deepcopy(head.state_dict())
    head.load_state_dict(weights)
    head.eval()
    return best._replace(history=history)


def _measured(head: nn.Module, measure: Callable[[], dict[str, float]], step: int) -> dict[str, Any]:
    head.eval()
    with torch.no_grad():
        return {"step": step, **{f"eval_{name}": value for name, value in measure().items()}}


def _groups(learnt: Sequence[E], size: int, chance: np.random.Generator) -> Iterator[list[E]]:
    order = chance.permutation(len(learnt)).tolist()
    for start in range(0, len(order), size):
        yield [learnt[index] for index in order[start : start + size]]
