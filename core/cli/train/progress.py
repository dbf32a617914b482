"""How the trainings show what they do."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from excerpt.cli.progress import Progress, progress
from excerpt.imports.extras import require

if TYPE_CHECKING:
    from excerpt.models.training.common.recipe import StepProgress

__all__ = ["reporting"]


@contextmanager
def reporting(*, quiet: bool) -> Iterator["StepProgress"]:
    """What a training is given as ``progress``: steps as progress, the last losses and measurements beside it."""
    logging = require("transformers.utils.logging", extra="train", purpose="training")
    logging.disable_progress_bar()  # of files read and written: seconds, and not ours
    bars: list[Progress] = []  # made at the first step, when the number of steps is known
    seen: dict[str, float] = {}
    at = 0
    with ExitStack() as stack:

        def report(step: int, steps: int, figures: Mapping[str, float]) -> None:
            nonlocal at
            seen.update(
                {name: value for name, value in figures.items() if name == "loss" or name.startswith("eval_")}
            )
            if not bars:
                bars.append(stack.enter_context(progress("steps", total=steps, quiet=quiet)))
            shown = ("loss", "eval_loss", "eval_f1", "eval_recall@1")
            note = " ".join(f"{name} {seen[name]:.3f}" for name in shown if name in seen)
            bars[0].advance(step - at, note)
            at = step

        yield report
