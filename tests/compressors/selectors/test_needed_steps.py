"""Steps that the end stands on, found from behind."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.selectors.needed_steps import NeededSteps, needed_steps
from excerpt.testing import room
from excerpt.values.types import Context, Passage, Units

CLIPS = [
    "Natalia sold 48 clips in April, and half as many in May.",
    "Step 1: 48 / 2 = 24 in May.",
    "Wait, a hive weighs 12.5 kg.",
    "Let me think of bees for 3 minutes.",
    "Step 2: 48 + 24 = 72.",
    "The answer is 72.",
]


def test_what_the_end_stands_on_is_followed_back():
    """72 from 48 + 24, 24 from 48 / 2, 48 from the question; the hive is used by nothing."""
    assert needed_steps(CLIPS) == [5, 4, 1, 0]


def test_names_that_are_given_a_value_count_from_their_latest_one():
    """And a step's own number is no value."""
    assert needed_steps(["Go.", "x = 3 here", "y = 5 here", "x = 9 now", "Step 3: so it is x"]) == [4, 3, 0]


def test_one_step_is_first_and_last():
    """Nothing else is needed."""
    assert needed_steps(["48 / 2 = 24"]) == [0]


def chosen(steps, scores, rate, tokens=None):
    """What is selected of steps in one passage."""
    text, spans = "\n".join(steps), []
    at = 0
    for step in steps:
        spans.append((at, at + len(step)))
        at += len(step) + 1
    context = Context.start("", [Passage(text)])
    return NeededSteps(rate)(context, Units.of("step", [spans]), np.array(scores), room(tokens))


def test_without_a_budget_a_share_of_the_others_stays():
    """The best of them; none at 0, all at 1."""
    scores = [0, 0, 1, 2, 0, 0]
    assert np.flatnonzero(chosen(CLIPS, scores, 0)).tolist() == [0, 1, 4, 5]
    assert np.flatnonzero(chosen(CLIPS, scores, 0.2)).tolist() == [0, 1, 3, 4, 5]
    assert chosen(CLIPS, scores, 1).all()


def test_with_a_budget_needed_steps_are_bought_first():
    """From the end back, then the first, then by score."""
    assert chosen(CLIPS, [0, 0, 1, 2, 0, 0], 0.2, tokens=9).tolist() == [5, 4, 1, 0, 3, 2]


@given(st.lists(st.sampled_from([*CLIPS, "", "x = 72", "so x is 24"]), min_size=1, max_size=12))
def test_first_and_last_are_always_needed_and_what_is_needed_is_closed(steps):
    """The maker of a number that a needed step uses is needed, unless it was made there."""
    needed = needed_steps(steps)
    assert sorted(set(needed)) == sorted(needed)
    assert {0, len(steps) - 1} <= set(needed)
    for step in needed:
        for number in ("48", "24", "72"):
            having = [at for at, text in enumerate(steps) if number in text]
            if number in steps[step] and having[0] < step:
                assert having[0] in needed
