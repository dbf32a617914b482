"""Which questions are held out: whole questions, from all files together, by a seed."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from excerpt.errors import InputError

__all__ = ["file_weight", "parted"]

T = TypeVar("T")


def file_weight(questions: int) -> float:
    """What a question of a file counts for, so that a long file counts little more than a short one."""
    return 400 / (questions + 200)


def parted(
    by_question: Mapping[str, Sequence[T]], sources: Sequence[str | Path], *, share: float, seed: int
) -> tuple[list[T], list[T]]:
    """What to learn from and what to hold out; the same question is never in both.

    Args:
        by_question: Everything that was read, by the wording of its question.
        sources: The files, for messages.
        share: Of the questions that is held out; at least one is.
        seed: Of the choice.

    Raises:
        InputError: There are too few questions for both.
    """
    groups = list(by_question.values())
    random.Random(seed).shuffle(groups)
    held_out = max(1, int(len(groups) * share))
    if len(groups) <= held_out:
        message = (
            f"{', '.join(map(str, sources))}: {len(groups)} questions have both useful and other sentences, too few to "
            'train on; mark "evidence" in the passages or give "answers" (docs/reference/cli.md)'
        )
        raise InputError(message)
    learnt, measured = (
        [one for group in part for one in group] for part in (groups[held_out:], groups[:held_out])
    )
    return learnt, measured
