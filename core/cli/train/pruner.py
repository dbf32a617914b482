"""``excerpt train pruner``: a network that reads a question and a passage together."""

import click

from excerpt.cli.train.options import RESUME, training_command
from excerpt.models.training.pruner.recipe import PrunerRecipe, train

__all__ = ["command"]

command = training_command(
    PrunerRecipe,
    train,
    """Train a network that says what a question needs of a passage: for the compressor pruner, and to find answers.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers"; or of plain passages
    ("text"), to learn reading in pairs first. Runs on a GPU where there is one. OUTPUT gets safetensors, README.md,
    training.json and curve.png; `excerpt models export` makes it run without torch.
    """,
    options=(
        RESUME,
        click.option("--pause-after", type=float, help="Stop with a checkpoint after so many minutes."),
    ),
    stopped="paused; go on with --resume",
)
