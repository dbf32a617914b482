"""``excerpt train xrag``: the bridge between an encoder and a reader."""

from typing import Any

import click

from excerpt.cli.options import AMOUNT, RATE, SHARE
from excerpt.cli.train.progress import reporting

__all__ = ["command"]

_SIZE = click.IntRange(1)


@click.command()
@click.argument("corpus")
@click.argument("questions")
@click.option("-o", "--output", required=True, help="Folder to make.")
@click.option(
    "--encoder", default="all-MiniLM-L6-v2", show_default=True, help="What makes passages' vectors."
)
@click.option("--reader", required=True, help="Causal language model: a folder or a Hugging Face name.")
@click.option(
    "--prompts",
    type=click.Choice(["paper", "plain"]),
    default="paper",
    show_default=True,
    help="paper: for readers that know [INST]. plain: for others.",
)
@click.option(
    "--restate-epochs",
    default=1.0,
    show_default=True,
    type=AMOUNT,
    help="Passes over the passages; 0 for none.",
)
@click.option(
    "--restate-rate", default=6e-3, show_default=True, type=RATE, help="Learning rate of the first stage."
)
@click.option("--restate-batch", default=12, show_default=True, type=_SIZE, help="Passages at once.")
@click.option("--restate-accumulate", default=32, show_default=True, type=_SIZE, help="Batches to a step.")
@click.option("--restate-tokens", default=336, show_default=True, type=_SIZE, help="Longest example.")
@click.option(
    "--ask-epochs",
    default=1.0,
    show_default=True,
    type=AMOUNT,
    help="Passes over the questions; 0 for none.",
)
@click.option(
    "--ask-rate", default=2e-5, show_default=True, type=RATE, help="Learning rate of the second stage."
)
@click.option("--ask-batch", default=4, show_default=True, type=_SIZE, help="Questions at once.")
@click.option("--ask-accumulate", default=16, show_default=True, type=_SIZE, help="Batches to a step.")
@click.option("--ask-tokens", default=1024, show_default=True, type=_SIZE, help="Longest example.")
@click.option(
    "--agreement",
    default=2.0,
    show_default=True,
    type=AMOUNT,
    help="Weight of agreeing with the reader of the text.",
)
@click.option("--passages", type=_SIZE, help="Only so many passages of the corpus.")
@click.option("--questions", "asked", type=_SIZE, help="Only so many questions.")
@click.option(
    "--held-out", default=0.02, show_default=True, type=SHARE, help="Share of the passages to measure on."
)
@click.option("--bf16", is_flag=True, help="Multiply in bfloat16 on a CPU too.")
@click.option("--seed", default=13, show_default=True, help="Of initial weights, order and split.")
@click.option("--checkpoint-every", default=200, show_default=True, type=_SIZE, help="Steps.")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    corpus: str,
    questions: str,
    output: str,
    *,
    resume: bool,
    quiet: bool,
    asked: int | None,
    **settings: Any,  # noqa: ANN401 - options as click gives them
) -> None:
    """Train a bridge from an encoder's vectors to a reader's input embeddings, for the compressor xrag.

    CORPUS is a JSONL file of passages ("text"), QUESTIONS one of questions with "passages" and "answers". The reader
    first restates passages from their vectors, then answers questions from them; reader and encoder stay as they
    are, which is checked. The defaults are the paper's. OUTPUT gets the bridge, README.md, training.json and curve.png.
    """
    from excerpt.models.training.xrag.recipe import Recipe, StageRecipe, train

    stages: dict[str, Any] = {
        name: StageRecipe(
            settings.pop(f"{name}_rate"),
            settings.pop(f"{name}_epochs"),
            settings.pop(f"{name}_batch"),
            settings.pop(f"{name}_accumulate"),
            settings.pop(f"{name}_tokens"),
        )
        for name in ("restate", "ask")
    }
    recipe = Recipe(**settings, **stages, questions=asked)
    with reporting(quiet=quiet) as progress:
        figures = train(corpus, questions, output, recipe, resume=resume, progress=progress)
    if not quiet:
        said = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        click.echo(f"{output}: {said}", err=True)
