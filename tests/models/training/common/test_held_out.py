"""Which questions are held out."""

import pytest

from excerpt.errors import InputError
from excerpt.models.training.common.held_out import file_weight, split_questions


def test_a_question_is_on_one_side_only():
    """With all that was read of it, from whatever file."""
    found = {f"q{number}": [(number, "a"), (number, "b")] for number in range(40)}
    learnt, measured = split_questions(found, ["x.jsonl"], share=0.25, seed=3)
    assert (len(learnt), len(measured)) == (60, 20)
    assert {number for number, _ in learnt}.isdisjoint(number for number, _ in measured)
    assert split_questions(found, ["x.jsonl"], share=0.25, seed=3) == (learnt, measured)
    assert split_questions(found, ["x.jsonl"], share=0.25, seed=4) != (learnt, measured)


def test_one_question_is_too_few():
    """At least one is held out, and one must be left."""
    with pytest.raises(InputError, match=r"x\.jsonl: 1 questions have both"):
        split_questions({"q": ["a"]}, ["x.jsonl"], share=0.1, seed=0)


def test_a_long_file_counts_little_more_than_a_short_one():
    """Ten times the questions weigh less than twice as much together."""
    assert 2000 * file_weight(2000) / (200 * file_weight(200)) == pytest.approx(20 / 11)
