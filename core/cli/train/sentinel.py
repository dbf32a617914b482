"""``excerpt train sentinel``: the probe of the compressor sentinel."""

from excerpt.cli.train.options import training_command
from excerpt.models.training.sentinel.recipe import SentinelRecipe, train

__all__ = ["command"]

command = training_command(
    SentinelRecipe,
    train,
    """Train a probe that tells evidence by where a model looks, for the compressor sentinel; in minutes.

    SOURCES are JSONL files of questions with "evidence" in their passages, or with "answers"; a few hundred
    questions are enough. OUTPUT gets probe.json, README.md, training.json and curve.png.
    """,
    counts="questions",
)
