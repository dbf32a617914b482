"""What the commands share that train a head on a frozen encoder's states."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from excerpt.cli.options import RATE, SHARE
from excerpt.cli.progress import progress

if TYPE_CHECKING:
    from excerpt.models.training.common.heads import FitSettings, ProgressCallback

__all__ = ["head_options", "run_training", "take_fit"]

F = TypeVar("F", bound=Callable[..., Any])


def head_options(*, epochs: int, learning_rate: float, batch: int, smallest_batch: int) -> Callable[[F], F]:
    """The options that every such training has, with its own defaults."""
    at_least_one = click.IntRange(1)
    options = (
        click.argument("sources", nargs=-1, required=True),
        click.option("-o", "--output", required=True, help="Folder to make."),
        click.option(
            "--base",
            default="all-MiniLM-L6-v2",
            show_default=True,
            help="The encoder whose states it reads.",
        ),
        click.option(
            "--width", default=256, show_default=True, type=at_least_one, help="Of the hidden layer."
        ),
        click.option(
            "--per-file", type=at_least_one, help="At most so many questions of each file, evenly spread."
        ),
        click.option(
            "--held-out",
            default=0.05,
            show_default=True,
            type=SHARE,
            help="Share of the questions to measure on.",
        ),
        click.option("--states", help="Keep the encoder's states in this folder, for other trainings."),
        click.option(
            "--epochs",
            default=epochs,
            show_default=True,
            type=at_least_one,
            help="Passes over the questions.",
        ),
        click.option(
            "--learning-rate",
            default=learning_rate,
            show_default=True,
            type=RATE,
            help="Peak of the one-cycle schedule.",
        ),
        click.option(
            "--batch",
            default=batch,
            show_default=True,
            type=click.IntRange(smallest_batch),
            help="Questions in a step.",
        ),
        click.option(
            "--seed", default=13, show_default=True, help="Of the split, the order and initial weights."
        ),
        click.option("--resume", is_flag=True, help="Go on with a training that was stopped."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no summary."),
    )

    def decorated(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorated


def take_fit(settings: dict[str, Any]) -> "FitSettings":
    """How the head is fitted; these options are taken out of ``settings``."""
    from excerpt.models.training.common.heads import FitSettings

    return FitSettings(**{name: settings.pop(name) for name in ("epochs", "learning_rate", "batch", "seed")})


def run_training(
    output: str, train: "Callable[[ProgressCallback], dict[str, float]]", *, quiet: bool
) -> None:
    """Train with progress, and say what came out.

    Args:
        output: The folder, for the summary.
        train: Does it; is given its progress callback.
        quiet: No progress and no summary.
    """
    with progress("texts and questions", quiet=quiet) as bar:
        figures = train(lambda step, done: bar.advance(done, step))
    if not quiet:
        said = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        click.echo(f"{output}: {said}", err=True)
