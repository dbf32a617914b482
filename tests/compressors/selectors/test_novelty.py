"""What better units have said already comes last."""

from excerpt.compressors.selectors.novelty import Novel
from excerpt.testing import ask

TEXTS = [
    "The old mill grinds rye today",
    "the old mill grinds rye today too",
    "Bees sleep",
    "A mill needs a river",
]


def test_what_was_said_comes_last():
    """Four of its five triples stand in a better unit."""
    assert ask(Novel(0.7), [4, 3, 2, 1], TEXTS).tolist() == [0, 2, 3, 1]
    assert ask(Novel(0.9), [4, 3, 2, 1], TEXTS).tolist() == [0, 1, 2, 3]


def test_the_better_of_two_is_the_new_one():
    """Whichever comes first in the text."""
    assert ask(Novel(0.7), [3, 4, 2, 1], TEXTS).tolist() == [1, 2, 3, 0]
