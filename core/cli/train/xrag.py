"""``excerpt train xrag``: the bridge between an encoder and a reader."""

from excerpt.cli.train.options import training_command
from excerpt.models.training.xrag.recipe import XragRecipe, train

__all__ = ["command"]

command = training_command(
    XragRecipe,
    train,
    """Train a bridge from an encoder's vectors to a reader's input embeddings, for the compressor xrag.

    CORPUS is a JSONL file of passages ("text"), QUESTIONS one of questions with "passages" and "answers". The reader
    first restates passages from their vectors, then answers questions from them; reader and encoder stay as they
    are, which is checked. The defaults are for a small reader on a processor. OUTPUT gets the bridge, README.md,
    training.json and curve.png; while it is made, OUTPUT/checkpoints/bridge is the bridge so far.
    """,
    arguments=("corpus", "questions"),
)
