"""``excerpt train token-classifier``: LLMLingua-2's classifier on labels of one's own."""

from excerpt.cli.train.options import training_command
from excerpt.models.training.token_classifier.recipe import TokenClassifierRecipe, train

__all__ = ["command"]

command = training_command(
    TokenClassifierRecipe,
    train,
    """Train a classifier that keeps or drops words, for the compressor llmlingua2.

    SOURCES are JSONL files: compression pairs ({"source", "keep"}), the output of `excerpt distill`, or
    questions with "evidence" in their passages. Runs on a GPU where there is one. OUTPUT gets safetensors,
    README.md, training.json and curve.png; `excerpt models export` makes it run without torch.
    """,
)
