"""``excerpt train late-interaction``: short token vectors whose best matches find evidence."""

from typing import Any

import click

from excerpt.cli.train.heads import head_options, run_training, take_fit

__all__ = ["command"]


@click.command()
@head_options(epochs=2, learning_rate=1e-3, batch=16, smallest_batch=1)
@click.option(
    "--dim", default=64, show_default=True, type=click.IntRange(4, 384), help="Bytes that a token takes."
)
@click.option(
    "--passages", default=8, show_default=True, type=click.IntRange(1), help="Of a question, at most."
)
@click.option("--bf16", is_flag=True, help="Multiply in bfloat16: faster where the processor can.")
def command(
    sources: tuple[str, ...],
    output: str,
    *,
    states: str | None,
    resume: bool,
    quiet: bool,
    **settings: Any,  # noqa: ANN401 - options as click gives them
) -> None:
    """Train token vectors for the compressor late-interaction: a small head on a frozen encoder, in minutes.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers". The encoder's states are
    computed once; a run that was stopped goes on with --resume. OUTPUT gets head.onnx, excerpt-model.json,
    README.md, training.json and curve.png, and can be used as it is: LateInteraction("OUTPUT").
    """
    from excerpt.models.training.late_interaction.examples import read_asked
    from excerpt.models.training.late_interaction.recipe import Recipe, train

    fit = take_fit(settings)
    recipe = Recipe(fit=fit, **settings)
    run_training(
        output,
        lambda progress: train(
            sources, output, recipe, read=read_asked, states=states, resume=resume, progress=progress
        ),
        quiet=quiet,
    )
