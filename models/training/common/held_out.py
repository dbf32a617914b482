"""Which examples are held out: whole questions, from all files together, by a seed."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from excerpt.errors import InputError

__all__ = ["SENTENCES", "file_weight", "split_off", "split_questions"]

T = TypeVar("T")

SENTENCES = (
    'questions have both useful and other sentences, too few to train on; mark "evidence" in the passages or give '
    '"answers" (docs/reference/cli.md)'
)
"""What is said of too few questions by trainings on sentences."""


def file_weight(questions: int) -> float:
    """What a question of a file counts for, so that a long file counts little more than a short one."""
    return 400 / (questions + 200)


def split_off(
    shuffled: Sequence[T], sources: Sequence[str | Path], *, share: float, too_few: str
) -> tuple[list[T], list[T]]:
    """What to learn from, and the first of the examples to hold out.

    Args:
        shuffled: The examples in the seed's order.
        sources: The files, for messages.
        share: Of the examples that is held out; at least one is.
        too_few: What is said, after their number, where there are too few.

    Raises:
        InputError: There are too few examples for both.
    """
    held_out = max(1, int(len(shuffled) * share))
    if len(shuffled) <= held_out:
        message = f"{', '.join(map(str, sources))}: {len(shuffled)} {too_few}"
        raise InputError(message)
    return list(shuffled[held_out:]), list(shuffled[:held_out])


def split_questions(
    by_question: Mapping[str, Sequence[T]],
    sources: Sequence[str | Path],
    *,
    share: float,
    seed: int,
    too_few: str = SENTENCES,
) -> tuple[list[T], list[T]]:
    """What to learn from and what to hold out; the same question is never in both.

    Args:
        by_question: Everything that was read, by the wording of its question.
        sources: The files, for messages.
        share: Of the questions that is held out; at least one is.
        seed: Of the choice.
        too_few: As for `split_off`.

    Raises:
        InputError: There are too few questions for both.
    """
    groups = list(by_question.values())
    random.Random(seed).shuffle(groups)
    learnt, held_out = (
        [example for group in part for example in group]
        for part in split_off(groups, sources, share=share, too_few=too_few)
    )
    return learnt, held_out
