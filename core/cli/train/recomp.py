"""``excerpt train recomp``: RECOMP's dual encoder on questions of one's own."""

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
@click.option(
    "--similarity",
    type=click.Choice(["dot", "cosine"]),
    default="dot",
    show_default=True,
    help="dot: raw vectors at scale 1, as published. cosine: scale 20.",
)
@click.option("--epochs", default=3.0, show_default=True, type=RATE, help="Passes over the triples.")
@click.option(
    "--learning-rate", default=2e-5, show_default=True, type=AMOUNT, help="Peak of the linear decay."
)
@click.option(
    "--warmup", default=0.1, show_default=True, type=SHARE, help="Share of the steps in which the rate rises."
)
@click.option("--batch", default=64, show_default=True, type=click.IntRange(2), help="Triples in a step.")
@click.option("--max-tokens", default=100, show_default=True, type=click.IntRange(8), help="Of a sentence.")
@click.option(
    "--negatives", default=5, show_default=True, type=click.IntRange(1), help="Hard negatives of a sentence."
)
@click.option(
    "--others",
    default=40,
    show_default=True,
    type=click.IntRange(1),
    help="Look for them among so many that share most words with the question.",
)
@click.option(
    "--per-file", type=click.IntRange(1), help="At most so many questions of each file, evenly spread."
)
@click.option(
    "--held-out", default=0.05, show_default=True, type=SHARE, help="Share of the questions to measure on."
)
@click.option("--bf16", is_flag=True, help="Multiply in bfloat16 on a CPU too.")
@click.option("--seed", default=13, show_default=True, help="Of the order and the split.")
@click.option("--checkpoint-every", default=100, show_default=True, type=click.IntRange(1), help="Steps.")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(sources: tuple[str, ...], output: str, *, resume: bool, quiet: bool, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Train a sentence encoder that finds what helps with a question, for the compressor recomp-extractive.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers". Runs on a GPU where
    there is one. OUTPUT gets safetensors, README.md, training.json and curve.png; `excerpt models export`
    makes it run without torch.
    """
    from excerpt.compressors.units.sentences import split_sentences
    from excerpt.models.training.recomp.recipe import Recipe, train

    with reporting(quiet=quiet) as progress:
        figures = train(
            sources, output, Recipe(**settings), split=split_sentences, resume=resume, progress=progress
        )
    if not quiet:
        click.echo(
            f"{output}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), err=True
        )
