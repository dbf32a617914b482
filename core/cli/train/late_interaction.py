"""``excerpt train late-interaction``: short token vectors whose best matches find evidence."""

from excerpt.cli.train.options import RESUME, STATES, training_command
from excerpt.models.training.late_interaction.recipe import LateInteractionRecipe, train

__all__ = ["command"]

command = training_command(
    LateInteractionRecipe,
    train,
    """Train token vectors for the compressor late-interaction: a small head on a frozen encoder, in minutes.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers". The encoder's states are
    computed once; a run that was stopped goes on with --resume. OUTPUT gets head.onnx, excerpt-model.json,
    README.md, training.json and curve.png, and can be used as it is: LateInteraction("OUTPUT").
    """,
    options=(STATES, RESUME),
    counts="texts and questions",
)
