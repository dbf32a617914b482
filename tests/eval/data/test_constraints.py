"""The form of an answer."""

import pytest

from excerpt.errors import InputError
from excerpt.eval.data.constraints import Constraints


@pytest.mark.parametrize(
    ("constraints", "words", "cited", "wanted"),
    [
        ({"max_words": 2}, "two words", (), 1.0),
        ({"max_words": 2}, "now three words", (), 0.0),
        ({"format": r"\d{4}"}, "1953", (), 1.0),
        ({"format": r"\d{4}"}, "in 1953", (), 0.0),
        ({"cite": True}, "x", (), 0.0),
        ({"cite": True}, "x", (1, 2), 1.0),
        ({"cite": True}, "x", (1, 7), 0.0),
        ({"contains": ["kg", "rye"], "max_words": 9}, "5 kg", (), 2 / 3),
        ({}, "anything", (), 1.0),
    ],
)
def test_the_share_that_is_kept_to(constraints, words, cited, wanted):
    """Each constraint counts once; passages 1 and 2 were given."""
    assert Constraints.of(constraints, "q").met(words, cited, (1, 2)) == pytest.approx(wanted)


def test_a_question_without_constraints_has_none():
    """The metric does not apply."""
    assert Constraints.of(None, "q") is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"length": 3}, "q: expected an object with cite, contains"),
        ("short", "q: expected an object"),
        ({"max_words": "3"}, "q.max_words: expected a whole number"),
        ({"format": "("}, "q.format: .* not a regular expression"),
        ({"contains": "kg"}, "q.contains: expected a list of strings"),
    ],
)
def test_a_wrong_constraint_is_named(value, said):
    """With where it stands."""
    with pytest.raises(InputError, match=said):
        Constraints.of(value, "q")


def test_a_pattern_that_never_ends_is_not_met():
    """A row cannot stop the run."""
    assert Constraints.of({"format": "(a+)+b|(.*)*c"}, "q").met("a" * 30, (), ()) == 0.0
