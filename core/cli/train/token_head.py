"""``excerpt train token-head``: a keep-or-drop head on an encoder that stays as it is."""

from excerpt.cli.train.options import training_command
from excerpt.models.training.token_head.recipe import TokenHeadRecipe, train

__all__ = ["command"]

command = training_command(
    TokenHeadRecipe,
    train,
    """Train a small head that keeps or drops words on the states of a frozen encoder, in minutes.

    SOURCES are as for token-classifier. OUTPUT gets head.onnx, excerpt-model.json, README.md,
    training.json and curve.png, and can be used as it is: LLMLingua2("OUTPUT").
    """,
    options=(),
    counts="sequences",
)
