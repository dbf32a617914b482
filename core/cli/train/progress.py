"""How the trainings show what they do."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from excerpt.cli.progress import ProgressBar, progress
from excerpt.imports.extras import require

if TYPE_CHECKING:
    from excerpt.models.training.common.recipe import TrainingProgress

__all__ = ["STEPS", "reporting"]

STEPS = "steps"


@contextmanager
def reporting(counts: str, *, quiet: bool) -> Iterator["TrainingProgress"]:
    """What a training is given as ``progress``.

    Args:
        counts: What is counted. `STEPS` are those of a trainer, with the last losses and measurements beside them; of
            anything else the number is not known before, and what is being done stands beside it.
        quiet: Show nothing.
    """
    bars: list[ProgressBar] = []  # for steps made at the first one, when their number is known
    seen: dict[str, float] = {}
    at: dict[str, int] = {}
    with ExitStack() as stack:
        if counts == STEPS:
            logging = require("transformers.utils.logging", extra="train", purpose="training")
            logging.disable_progress_bar()  # of files read and written: seconds, and not ours
        else:
            bars.append(stack.enter_context(progress(counts, quiet=quiet)))

        def report(what: str, done: int, total: int | None, figures: Mapping[str, float]) -> None:
            seen.update(
                {name: value for name, value in figures.items() if name == "loss" or name.startswith("eval_")}
            )
            if not bars:
                bars.append(stack.enter_context(progress(counts, total=total, quiet=quiet)))
            shown = ("loss", "eval_loss", "eval_f1", "eval_recall@1")
            note = " ".join(f"{name} {seen[name]:.3f}" for name in shown if name in seen)
            before = at.get(what, 0)
            more = done - before if done >= before else done  # another file of the same name begins again
            bars[0].advance(more, note if counts == STEPS else what)
            at[what] = done

        yield report
