"""What a step adds, by its words."""

import numpy as np

from excerpt.compressors.scorers.step_novelty import StepNovelty
from excerpt.values.types import Context, Passage, Units


def scores(*steps, **weights):
    """Of steps in one passage."""
    text = "\n".join(steps)
    starts = np.cumsum([0, *(len(step) + 1 for step in steps[:-1])]).tolist()
    units = Units.of("step", [[(at, at + len(step)) for at, step in zip(starts, steps, strict=True)]])
    return StepNovelty(**weights).score(Context.start("", [Passage(text)]), units).tolist()


def test_by_hand():
    """New words, a new number, a relation, doubt: one each."""
    only = dict.fromkeys(("words", "figures", "relation", "doubt"), 0)
    steps = ("half of 48", "half of 48", "so 48 = 24", "wait , half")
    assert scores(*steps, **{**only, "words": 1}) == [1, 0, 0.5, 1 / 3]
    assert scores(*steps, **{**only, "figures": 1}) == [1, 0, 1, 0]
    assert scores(*steps, **{**only, "relation": 1}) == [0, 0, 1, 0]
    assert scores(*steps, **{**only, "doubt": 1}) == [0, 0, 0, -1]
    assert scores(*steps) == [2, 0, 2.5, 1 / 3 - 1]


def test_passages_are_apart():
    """What one says is new in another."""
    context = Context.start("", [Passage("rye"), Passage("rye")])
    units = Units.of("step", [[(0, 3)], [(0, 3)]])
    assert StepNovelty().score(context, units).tolist() == [1, 1]
