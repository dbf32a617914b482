"""A convolutional head over token states, in torch: definition, training, export."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from excerpt.models.training.common.head_export import export_head
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.token_head.examples import IGNORED, Batch, ConvSettings

__all__ = ["ConvHead", "Trained", "fit"]


class ConvHead(nn.Module):
    """Three residual convolutions over tokens, then two classes: drop, keep."""

    def __init__(self, states: int, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Linear(states, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, kernel, padding=kernel // 2) for _ in range(3)
        )
        self.leave = nn.Linear(2 * width, 2)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits ``(b, t, 2)`` from states ``(b, t, h)`` and a mask ``(b, t, 1)`` of 0 and 1."""
        first = nn.functional.gelu(self.enter(self.dropout(hidden))) * mask
        state = first
        for norm, convolution in zip(self.norms, self.convolutions, strict=True):
            # Padding must stay zero, or a sequence would see how long its neighbours are.
            inner = (norm(state) * mask).transpose(1, 2)
            state = state + nn.functional.gelu(convolution(inner).transpose(1, 2)) * mask
        logits: torch.Tensor = self.leave(self.dropout(torch.cat([state, first], dim=-1)))
        return logits


class _Alone(nn.Module):
    """The head on one unpadded sequence, as it is exported."""

    def __init__(self, head: ConvHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(hidden, torch.ones_like(hidden[..., :1]))
        return logits


class Trained(NamedTuple):
    """A trained head, what it reached on held-out data, and how it got there."""

    head: ConvHead
    figures: dict[str, float]
    history: list[dict[str, Any]]

    def export(self, path: Path) -> None:
        """Write it as ONNX: ``hidden`` float32 ``(1, t, h)`` to ``logits`` ``(1, t, 2)``."""
        export_head(_Alone(self.head), self.head.enter.in_features, path)


def fit(
    train: Sequence[Batch],
    held_out: Sequence[Batch],
    settings: ConvSettings,
    progress: TrainingProgress | None = None,
) -> Trained:
    """Train, and keep the epoch with the best F1 on ``held_out``.

    Runs on a GPU where there is one.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    chance = np.random.default_rng(settings.seed)
    with torch.random.fork_rng():  # the caller's random numbers stay as they were
        torch.manual_seed(settings.seed)
        head = ConvHead(train[0].hidden.shape[1], settings.width, settings.kernel, settings.dropout).to(
            device
        )
        best = Trained(head, {"f1": -1.0}, [])
        steps = settings.epochs * len(list(_groups(train, settings.batch, None)))
        optimiser = torch.optim.AdamW(head.parameters(), lr=settings.learning_rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=steps)
        history: list[dict[str, Any]] = []
        done = 0
        for _ in range(settings.epochs):
            losses = []
            head.train()
            for group in _groups(train, settings.batch, chance):
                losses.append(_step(head, _padded(group, device), optimiser))
                schedule.step()
                done += len(group)
                if progress is not None:
                    progress("training", done, settings.epochs * len(train), {})
            figures = _measure(head, held_out, settings.batch, device)
            step = (len(history) + 1) * steps // settings.epochs
            history.append(
                {"step": step, "loss": float(np.mean(losses)), **{f"eval_{k}": v for k, v in figures.items()}}
            )
            if figures["f1"] > best.figures["f1"]:
                best = Trained(copy.deepcopy(head).cpu(), figures, history)
    return best._replace(history=history)


def _step(head: ConvHead, padded: tuple[torch.Tensor, ...], optimiser: torch.optim.Optimizer) -> float:
    hidden, labels, mask = padded
    loss = nn.functional.cross_entropy(head(hidden, mask).transpose(1, 2), labels, ignore_index=IGNORED)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own gap
    nn.utils.clip_grad_norm_(head.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def _groups(batches: Sequence[Batch], size: int, chance: np.random.Generator | None) -> Iterator[list[Batch]]:
    """Sequences of like length together, so that little is padded; in random order where asked for."""
    noise = np.zeros(len(batches)) if chance is None else chance.uniform(0, 20, len(batches))
    order = np.argsort(np.array([len(batch.labels) for batch in batches]) + noise, kind="stable")
    starts = np.arange(0, len(order), size)
    for start in starts if chance is None else chance.permutation(starts):
        yield [batches[index] for index in order[start : start + size]]


def _padded(group: Sequence[Batch], device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(len(batch.labels) for batch in group)
    hidden = torch.zeros(len(group), longest, group[0].hidden.shape[1])
    labels = torch.full((len(group), longest), IGNORED)
    mask = torch.zeros(len(group), longest, 1)
    for row, batch in enumerate(group):
        length = len(batch.labels)
        hidden[row, :length] = torch.from_numpy(batch.hidden)
        labels[row, :length] = torch.from_numpy(batch.labels)
        mask[row, :length] = 1
    return hidden.to(device), labels.to(device), mask.to(device)


def _measure(head: ConvHead, batches: Sequence[Batch], size: int, device: torch.device) -> dict[str, float]:
    head.eval()
    kept, truth = [], []
    with torch.no_grad():
        for group in _groups(batches, size, None):
            hidden, labels, mask = _padded(group, device)
            known = labels != IGNORED
            kept.append((head(hidden, mask).argmax(-1)[known] == 1).cpu().numpy())
            truth.append((labels[known] == 1).cpu().numpy())
    said, true = np.concatenate(kept), np.concatenate(truth)
    return {
        "accuracy": float((said == true).mean()),
        "f1": float(2 * (said & true).sum() / max(int(said.sum() + true.sum()), 1)),
    }
