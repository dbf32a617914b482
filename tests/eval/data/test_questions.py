"""Rows of an evaluation set, good and bad."""

import pytest

from excerpt.errors import InputError
from excerpt.eval.data.questions import Question

GOOD = {
    "id": 7,
    "question": "What turns?",
    "passages": ["Sails turn.", {"text": "Wind.", "evidence": [[0, 4]]}],
}


def test_reads_a_row():
    """Text passages, evidence and the gold that follows from it."""
    asked = Question.of({**GOOD, "answers": ["sails"]}, "row")
    assert (asked.id, asked.answers, asked.gold) == ("7", ("sails",), (1,))
    assert asked.evidence == ((), ((0, 4),))


def test_evidence_is_sorted_and_joined():
    """Overlapping spans count once."""
    passages = [{"text": "abcdefgh", "evidence": [[4, 6], [0, 2], [1, 3]]}]
    assert Question.of({"query": "q", "passages": passages}, "row").evidence == (((0, 3), (4, 6)),)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"question": 3}, "row: question"),
        ({"answers": "sails"}, "row: answers"),
        ({"passages": [{"text": "ab", "evidence": [[0, 3]]}]}, r"row: passages\[0\].evidence\[0\]"),
        ({"passages": [{"text": "ab", "evidence": [[1, 0]]}]}, r"row: passages\[0\].evidence\[0\]"),
        ({"passages": [{"text": "ab", "evidence": [[0, True]]}]}, r"row: passages\[0\].evidence\[0\]"),
        ({"passages": [{"text": "ab", "evidence": 5}]}, r"row: passages\[0\].evidence"),
        ({"passages": [{"title": "ab"}]}, r"row: passages\[0\]"),
    ],
)
def test_wrong_fields_are_named(change, named):
    """The message says which field of which row."""
    with pytest.raises(InputError, match=named):
        Question.of({**GOOD, **change}, "row")


def test_missing_fields_are_named():
    """Without passages there is nothing to evaluate."""
    with pytest.raises(InputError, match="row: passages: is missing"):
        Question.of({"question": "q"}, "row")
