"""``excerpt train token-head``: a keep-or-drop head on an encoder that stays as it is."""

from typing import Any

import click

from excerpt.cli.options import SHARE
from excerpt.cli.progress import progress

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="Folder to make.")
@click.option(
    "--encoder", default="all-MiniLM-L6-v2", show_default=True, help="The encoder whose states it reads."
)
@click.option("--epochs", default=6, show_default=True, type=click.IntRange(1), help="Passes over the data.")
@click.option("--width", default=128, show_default=True, type=click.IntRange(8), help="Channels of the head.")
@click.option("--dropout", default=0.2, show_default=True, type=SHARE, help="Against learning by heart.")
@click.option("--seed", default=13, show_default=True, help="Of order, joining and initial weights.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(sources: tuple[str, ...], output: str, encoder: str, *, quiet: bool, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Train a small head that keeps or drops words on the states of a frozen encoder, in minutes.

    SOURCES are as for token-classifier. OUTPUT gets head.onnx, excerpt-model.json, README.md,
    training.json and curve.png, and can be used as it is: LLMLingua2("OUTPUT").
    """
    from excerpt.models.training.token_classifier.conv_head import HeadSettings
    from excerpt.models.training.token_classifier.head import HeadRecipe, train

    recipe = HeadRecipe(encoder, head=HeadSettings(**settings))
    with progress("sequences", quiet=quiet) as bar:
        figures = train(sources, output, recipe, progress=lambda step, done: bar.advance(done, step))
    if not quiet:
        said = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        click.echo(f"{output}: {said}", err=True)
