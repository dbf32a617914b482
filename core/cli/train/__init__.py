"""``excerpt train``: each model is one module, ``<name>``, imported only when it is called."""

import click

from excerpt.cli.lazy_group import LazyGroup

__all__ = ["COMMANDS", "command"]

# name -> what `excerpt train --help` says. The module `<name>` has a click command `command`.
COMMANDS = {
    "band": "Which ranks of the retrieved passages a reader gets, from logs of its answers (LDAR).",
    "late-interaction": "Token vectors that match question and sentence (ColBERT), on an encoder that stays as it is.",
    "pruner": "A network that reads question and passage together: what to keep, and the answer (Provence).",
    "ranker": "The evidence ranker: trees over cheap signals, sentence by sentence.",
    "recomp": "A sentence encoder that picks sentences for a question (RECOMP).",
    "recomp-head": "The same as a small head on an encoder that stays as it is: minutes on a CPU.",
    "sentinel": "A probe on a model's attention that finds evidence sentences (Sentinel).",
    "token-classifier": "A classifier that keeps or drops words (LLMLingua-2).",
    "token-head": "The same as a small head on an encoder that stays as it is: minutes on a CPU.",
    "xrag": "A bridge that lets a language model read passages as vectors (xRAG).",
}


@click.group(
    cls=LazyGroup,
    prefix="excerpt.cli.train.",
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def command() -> None:
    """Train a small model on data of your own; the page "Training" of the docs goes through it."""
