"""``excerpt train recomp``: RECOMP's dual encoder on questions of one's own."""

from excerpt.cli.train.options import training_command
from excerpt.models.training.recomp.recipe import RecompRecipe, train

__all__ = ["command"]

command = training_command(
    RecompRecipe,
    train,
    """Train a sentence encoder that finds what helps with a question, for the compressor recomp-extractive.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers". Runs on a GPU where
    there is one. OUTPUT gets safetensors, README.md, training.json and curve.png; `excerpt models export`
    makes it run without torch.
    """,
)
