"""``excerpt train token-classifier``: LLMLingua-2's classifier on labels of one's own."""

from typing import Any

import click

from excerpt.cli.options import AMOUNT, RATE, SHARE
from excerpt.cli.train.progress import reporting

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="Folder to make.")
@click.option("--base", required=True, help="Encoder to start from: a folder or a Hugging Face name.")
@click.option("--layers", type=click.IntRange(1), help="Keep only so many of its layers.")
@click.option(
    "--frozen", type=click.IntRange(0), help="Leave embeddings and so many first layers as they are."
)
@click.option("--epochs", default=3.0, show_default=True, type=RATE, help="Passes over the data.")
@click.option(
    "--learning-rate", default=5e-5, show_default=True, type=AMOUNT, help="Peak of the linear decay."
)
@click.option("--batch", default=16, show_default=True, type=click.IntRange(1), help="Sequences in a step.")
@click.option(
    "--window", default=256, show_default=True, type=click.IntRange(8), help="Tokens in a sequence."
)
@click.option(
    "--join", default=4, show_default=True, type=click.IntRange(1), help="Join up to so many short texts."
)
@click.option(
    "--held-out", default=0.05, show_default=True, type=SHARE, help="Share of the texts to measure on."
)
@click.option("--seed", default=13, show_default=True, help="Of order, joining and initial weights.")
@click.option("--checkpoint-every", default=100, show_default=True, type=click.IntRange(1), help="Steps.")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(sources: tuple[str, ...], output: str, *, resume: bool, quiet: bool, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Train a classifier that keeps or drops words, for the compressor llmlingua2.

    SOURCES are JSONL files: compression pairs ({"source", "keep"}), the output of `excerpt distill`, or
    questions with "evidence" in their passages. Runs on a GPU where there is one. OUTPUT gets safetensors,
    README.md, training.json and curve.png; `excerpt models export` makes it run without torch.
    """
    from excerpt.models.training.token_classifier.recipe import Recipe, train

    with reporting(quiet=quiet) as progress:
        figures = train(sources, output, Recipe(**settings), resume=resume, progress=progress)
    if not quiet:
        click.echo(
            f"{output}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), err=True
        )
