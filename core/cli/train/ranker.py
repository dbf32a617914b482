"""``excerpt train ranker``: the evidence ranker, from questions with evidence or answers."""

import click

from excerpt.cli.train.options import STATES, training_command
from excerpt.models.training.ranker.recipe import RankerRecipe, train

__all__ = ["command"]


def _heads(_context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    return dict(pair.partition("=")[::2] for pair in pairs)


command = training_command(
    RankerRecipe,
    train,
    """Train the evidence ranker on SOURCES: JSONL with "evidence" in its passages, or "answers".

    Each file is one set, and sets count alike however long they are. Features that were made before in
    OUTPUT are used again, so a run that was killed goes on where it was. Use the result with
    `evidence-ranker` and its option `model`.

    With --late-interaction the signals of a passage take a quarter of the room. A head knows the questions it was
    trained on better than others, and trees that learn from these would trust it too much: give each file, with
    --head-for and the file's name without its folder, a head that was trained without it.
    """,
    options=(
        STATES,
        click.option(
            "--head-for",
            "heads",
            multiple=True,
            metavar="FILE=HEAD",
            callback=_heads,
            help="Another head for the questions of one source: one that was not trained on them.",
        ),
    ),
    counts="questions",
)
