"""``excerpt train pruner``: a network that reads a question and a passage together."""

from typing import Any

import click

from excerpt.cli.options import AMOUNT, RATE, SHARE
from excerpt.cli.train.progress import reporting

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="Folder to make.")
@click.option(
    "--base",
    required=True,
    help="Encoder, or an earlier result, to start from: a folder or a Hugging Face name.",
)
@click.option("--layers", type=click.IntRange(1), help="Keep only so many of its layers.")
@click.option(
    "--matches/--no-matches",
    default=True,
    show_default=True,
    help="Mark the tokens that question and passage share.",
)
@click.option(
    "--negatives",
    default=1.0,
    show_default=True,
    type=AMOUNT,
    help="Hard negatives for each helping passage.",
)
@click.option(
    "--keep", default=3.0, show_default=True, type=AMOUNT, help="Weight of the loss of kept tokens."
)
@click.option(
    "--relevant", default=1.0, show_default=True, type=AMOUNT, help="Weight of the loss of relevance."
)
@click.option(
    "--answer", default=1.0, show_default=True, type=AMOUNT, help="Weight of the loss of the answer's ends."
)
@click.option("--epochs", default=1.0, show_default=True, type=RATE, help="Passes over the data.")
@click.option(
    "--learning-rate", default=3e-4, show_default=True, type=AMOUNT, help="Peak of the linear decay."
)
@click.option("--batch", default=16, show_default=True, type=click.IntRange(1), help="Windows in a step.")
@click.option("--window", default=224, show_default=True, type=click.IntRange(24), help="Tokens in a window.")
@click.option(
    "--held-out", default=0.02, show_default=True, type=SHARE, help="Share of the questions to measure on."
)
@click.option("--bf16", is_flag=True, help="Multiply in bfloat16 on a CPU too.")
@click.option("--seed", default=13, show_default=True, help="Of order, split and initial weights.")
@click.option("--checkpoint-every", default=200, show_default=True, type=click.IntRange(1), help="Steps.")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("--pause-after", type=float, help="Stop with a checkpoint after so many minutes.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    sources: tuple[str, ...],
    output: str,
    *,
    resume: bool,
    pause_after: float | None,
    quiet: bool,
    **settings: Any,  # noqa: ANN401 - options as click gives them
) -> None:
    """Train a network that says what a question needs of a passage: for the compressor pruner, and to find answers.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers"; or of plain passages
    ("text"), to learn reading in pairs first. Runs on a GPU where there is one. OUTPUT gets safetensors, README.md,
    training.json and curve.png; `excerpt models export` makes it run without torch.
    """
    from excerpt.compressors.units.sentences import split_sentences
    from excerpt.models.training.pruner.recipe import Recipe, train

    recipe = Recipe(**settings)
    with reporting(quiet=quiet) as progress:
        figures = train(
            sources,
            output,
            recipe,
            split=split_sentences,
            resume=resume,
            pause_after=pause_after,
            progress=progress,
        )
    if not quiet:
        said = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        click.echo(f"{output}: {said or 'paused; go on with --resume'}", err=True)
