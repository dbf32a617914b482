"""``excerpt train band``: the band of ranks of the compressor ldar."""

from excerpt.cli.train.options import training_command
from excerpt.models.training.band.recipe import BandRecipe, train

__all__ = ["command"]

command = training_command(
    BandRecipe,
    train,
    """Train a regression from a question's similarities to the band of ranks that a reader needs: for ldar.

    SOURCES are JSONL files of logs, {"scores": [...], "first": RANK, "last": RANK, "correct": true}: the similarities
    of all passages of a question, the ranks (from 1) that the reader was given, and whether it answered right. The
    narrowest right band of each question counts. Or of questions with "evidence" in their passages, or "answers": then
    the band that holds them counts. OUTPUT gets band.json, README.md, training.json and curve.png.
    """,
    options=(),
    counts="questions",
)
