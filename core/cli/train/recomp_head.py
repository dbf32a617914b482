"""``excerpt train recomp-head``: RECOMP's dual encoder as a small head on an encoder that stays as it is."""

from typing import Any

import click

from excerpt.cli.train.heads import head_options, run_training, take_fit

__all__ = ["command"]


@click.command()
@head_options(epochs=3, learning_rate=2e-3, batch=64, smallest_batch=2)
@click.option(
    "--others", default=8, show_default=True, type=click.IntRange(1), help="Sentences that do not help."
)
def command(
    sources: tuple[str, ...],
    output: str,
    *,
    states: str | None,
    resume: bool,
    quiet: bool,
    **settings: Any,  # noqa: ANN401 - options as click gives them
) -> None:
    """Train a small head that makes an encoder find what helps with a question, in minutes: for recomp-extractive.

    SOURCES are as for recomp. The encoder's states are computed once; a run that was stopped goes on with --resume.
    OUTPUT gets head.onnx, excerpt-model.json, README.md, training.json and curve.png, and can be used as
    it is: RecompExtractive("OUTPUT").
    """
    from excerpt.compressors.units.sentences import split_sentences
    from excerpt.models.training.recomp.head import HeadRecipe, train

    fit = take_fit(settings)
    recipe = HeadRecipe(fit=fit, **settings)
    run_training(
        output,
        lambda progress: train(
            sources, output, recipe, split=split_sentences, states=states, resume=resume, progress=progress
        ),
        quiet=quiet,
    )
