"""``excerpt train recomp-head``: RECOMP's dual encoder as a small head on an encoder that stays as it is."""

from excerpt.cli.train.options import RESUME, STATES, training_command
from excerpt.models.training.recomp_head.recipe import RecompHeadRecipe, train

__all__ = ["command"]

command = training_command(
    RecompHeadRecipe,
    train,
    """Train a small head that makes an encoder find what helps with a question, in minutes: for recomp-extractive.

    SOURCES are as for recomp. The encoder's states are computed once; a run that was stopped goes on with --resume.
    OUTPUT gets head.onnx, excerpt-model.json, README.md, training.json and curve.png, and can be used as
    it is: RecompExtractive("OUTPUT").
    """,
    options=(STATES, RESUME),
    counts="texts and questions",
)
