"""The steps of a stage: AdamW on the projector alone, a linear rise and fall, and a state after which it goes on.

A state is one safetensors file: the projector, AdamW's two moments, and in its metadata how many steps were made and
what was logged. The order of the examples follows from the seed, so nothing else is needed to go on to the same end.
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from excerpt.errors import StoreError
from excerpt.files.atomic import replacing
from excerpt.imports.extras import require
from excerpt.models.runtime.tensors import read_tensors
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.xrag.rows import Row, steps_of
from excerpt.models.training.xrag.settings import PURPOSE, StageSettings

__all__ = ["StageLoop", "rate_at"]

_MOMENTS = ("exp_avg", "exp_avg_sq")  # as torch.optim.AdamW names them


def rate_at(step: int, steps: int, peak: float, warm_up: float) -> float:
    """The learning rate of a step: up to the peak in the first share of the steps, then down to nothing.

    Args:
        step: Number of the step, from 0.
        steps: How many there are.
        peak: The highest rate.
        warm_up: Share of the steps in which it rises.
    """
    rising = max(1, round(warm_up * steps))
    if step < rising:
        return peak * (step + 1) / rising
    return peak * (steps - step) / max(1, steps - rising)


@dataclass
class StageLoop:
    """One stage of the training.

    Args:
        projector: What learns.
        rows: What it learns from.
        settings: Of the stage.
        seed: Of the order.
        every: Steps between two measurements, each followed by a state.
        state: The file of the state.
        loss: Of a batch: the sum over its answers' tokens.
        measure: Figures on held-out examples, by name.
        saved: Called after each state was written.
    """

    projector: Any
    rows: Sequence[Row]
    settings: StageSettings
    seed: int
    every: int
    state: Path
    loss: Callable[[Sequence[Row]], Any]
    measure: Callable[[], dict[str, float]]
    saved: Callable[[], None]
    _history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Rows of a step."""
        return self.settings.batch * self.settings.accumulate

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return math.ceil(self.settings.epochs * math.ceil(len(self.rows) / self.size))

    def run(self, progress: TrainingProgress | None) -> list[dict[str, Any]]:
        """Make the steps that are not made yet; what was logged in all of them.

        Raises:
            StoreError: The state is not one of this stage.
        """
        torch = require("torch", extra="train", purpose=PURPOSE)
        optimizer = torch.optim.AdamW(self.projector.parameters(), weight_decay=0.0)
        done = self._restore(optimizer)
        if not done:
            self._history = [{"step": 0, **self.measure()}]
        began, losses, tokens = time.process_time(), [], 0
        for step, rows in self._planned(done):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(step, self.steps, self.settings.learning_rate, self.settings.warm_up)
            losses.append(self._step(optimizer, rows))
            tokens += sum(len(row["answer"]) for row in rows)
            figures: dict[str, Any] = {}
            if (step + 1) % max(1, self.every // 5) == 0:
                figures = {"loss": sum(losses) / len(losses), "answer tokens": tokens,
                           "processor seconds": time.process_time() - began}  # fmt: skip
                self._history.append({"step": step + 1, **figures})
                began, losses, tokens = time.process_time(), [], 0
            if (step + 1) % self.every == 0 or step + 1 == self.steps:
                measured = self.measure()
                self._history.append({"step": step + 1, **measured})
                figures |= measured
                self._store(optimizer, step + 1)
            if progress is not None:
                progress("training", step + 1, self.steps, figures)
        return self._history

    def _planned(self, done: int) -> Iterator[tuple[int, list[Row]]]:
        """The steps from number ``done`` on, with their rows."""
        epoch, at = -1, 0
        while at < self.steps:
            epoch += 1
            for rows in steps_of(self.rows, self.size, seed=self.seed, epoch=epoch):
                if done <= at < self.steps:
                    yield at, rows
                at += 1

    def _step(self, optimizer: Any, rows: Sequence[Row]) -> float:  # noqa: ANN401 - untyped package
        """One step; the loss of an answer's token before it."""
        tokens, total = sum(len(row["answer"]) for row in rows), 0.0
        optimizer.zero_grad(set_to_none=True)
        for start in range(0, len(rows), self.settings.batch):
            loss = self.loss(rows[start : start + self.settings.batch]) / tokens
            loss.backward()
            total += float(loss.detach())
        optimizer.step()
        return total

    def _store(self, optimizer: Any, done: int) -> None:  # noqa: ANN401 - untyped package
        safetensors = require("safetensors.torch", extra="train", purpose=PURPOSE)
        tensors: dict[str, Any] = {}
        for name, weight in self.projector.named_parameters():
            moments = optimizer.state[weight]
            tensors |= {name: weight.detach().cpu()} | {
                f"{name} {one}": moments[one].cpu() for one in _MOMENTS
            }
        said = {"step": str(done), "steps": str(self.steps), "history": json.dumps(self._history)}
        self.state.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.state) as draft:
            safetensors.save_file(tensors, draft, metadata=said)
        self.saved()

    def _restore(self, optimizer: Any) -> int:  # noqa: ANN401 - untyped package
        """Take up the state, if there is one; how many steps it has behind it."""
        if not self.state.exists():
            return 0
        torch = require("torch", extra="train", purpose=PURPOSE)
        file = read_tensors(self.state, "pt")
        try:
            done, steps = int(file.metadata["step"]), int(file.metadata["steps"])
            self._history = list(json.loads(file.metadata["history"]))
            with torch.no_grad():
                for name, weight in self.projector.named_parameters():
                    weight.copy_(file.tensors[name])
                    moments = {one: file.tensors[f"{name} {one}"].to(weight.device) for one in _MOMENTS}
                    optimizer.state[weight] = {"step": torch.tensor(float(done)), **moments}
        except (KeyError, ValueError, RuntimeError) as error:
            message = (
                f"{self.state}: is not the state of such a training ({error}); start again in another folder"
            )
            raise StoreError(message) from error
        if steps != self.steps:
            message = f"{self.state}: was made in a training of {steps} steps, and this one has {self.steps}"
            raise StoreError(message)
        return done
