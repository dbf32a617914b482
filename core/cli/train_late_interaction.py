"""``winnow train late-interaction``: short token vectors whose best matches find evidence."""

from typing import Any

import click

from winnow.cli.progress import progress

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="Folder to make.")
@click.option(
    "--base", default="all-MiniLM-L6-v2", show_default=True, help="The encoder whose states it reads."
)
@click.option(
    "--dim", default=64, show_default=True, type=click.IntRange(4, 384), help="Bytes that a token takes."
)
@click.option("--width", default=256, show_default=True, type=click.IntRange(1), help="Of the hidden layer.")
@click.option(
    "--passages", default=8, show_default=True, type=click.IntRange(1), help="Of a question, at most."
)
@click.option(
    "--per-file", type=click.IntRange(1), help="At most so many questions of each file, evenly spread."
)
@click.option("--held-out", default=0.05, show_default=True, help="Share of the questions to measure on.")
@click.option("--bf16", is_flag=True, help="Multiply in bfloat16: faster where the processor can.")
@click.option("--states", help="Keep the encoder's states in this folder, for other trainings.")
@click.option(
    "--epochs", default=2, show_default=True, type=click.IntRange(1), help="Passes over the questions."
)
@click.option("--learning-rate", default=1e-3, show_default=True, help="Peak of the one-cycle schedule.")
@click.option("--batch", default=16, show_default=True, type=click.IntRange(1), help="Questions in a step.")
@click.option("--seed", default=13, show_default=True, help="Of the split, the order and initial weights.")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    sources: tuple[str, ...],
    output: str,
    *,
    epochs: int,
    learning_rate: float,
    batch: int,
    seed: int,
    states: str | None,
    resume: bool,
    quiet: bool,
    **settings: Any,  # noqa: ANN401 - options as click gives them
) -> None:
    """Train token vectors for the compressor late-interaction: a small head on a frozen encoder, in minutes.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers". The encoder's states are
    computed once; a run that was stopped goes on with --resume. OUTPUT gets head.onnx, winnow-model.json,
    README.md, training.json and curve.png, and can be used as it is: LateInteraction("OUTPUT").
    """
    from winnow.compressors.late_interaction_examples import read_asked
    from winnow.models.training.heads import FitSettings
    from winnow.models.training.late_interaction import Recipe, train

    fit = FitSettings(epochs=epochs, learning_rate=learning_rate, batch=batch, seed=seed)
    with progress("texts and questions", quiet=quiet) as bar:
        figures = train(
            sources,
            output,
            Recipe(fit=fit, **settings),
            read=read_asked,
            states=states,
            resume=resume,
            told=lambda step, done: bar.advance(done, step),
        )
    if not quiet:
        click.echo(
            f"{output}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), err=True
        )
