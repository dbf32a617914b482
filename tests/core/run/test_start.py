"""The start of a call."""

import pytest

from excerpt import Budget, Passage
from excerpt.layouts import layout
from excerpt.run.deadline import Deadline
from excerpt.run.start import Options, start
from excerpt.tokens import resolve_tokenizer

TEXTS = (Passage("one two three"), Passage("four"))


def begin(budget, passages=TEXTS, **how):
    options = Options(
        "c", layout(how.pop("template", "plain"), "document", **{"preserve_slots": False, **how})
    )
    return start(
        options,
        (),
        "q",
        passages,
        budget=budget,
        counter=resolve_tokenizer("words"),
        deadline=Deadline(),
        recall=None,
    )


@pytest.mark.parametrize(
    ("budget", "why"),
    [
        (Budget(tokens=4), "fits"),
        (Budget(tokens=3), ""),
        (Budget(tokens=4, per_passage_max=2), ""),
        (None, ""),
    ],
)
def test_what_fits_needs_no_stage(budget, why):
    """Unless one passage is over its own limit."""
    call = begin(budget)
    assert call.tokens_in == 4
    assert call.why_nothing_to_do == why


def test_nothing_is_gained_by_as_many_tokens():
    """The input is returned where it is allowed, and only there."""
    assert begin(None).why_no_gain(4) == "no_gain"
    assert begin(None).why_no_gain(3) == ""
    assert begin(Budget(tokens=3)).why_no_gain(4) == ""


def test_no_text_is_empty():
    """With and without a budget."""
    assert begin(None, (Passage(" "),)).why_nothing_to_do == "empty"


def test_slots_go_before_the_budget():
    """The call's own layout writes none, and the caller is warned."""
    call = begin(Budget(tokens=1), template="numbered", preserve_slots=True)
    assert not call.layout.preserve_slots
    assert "slots were not preserved" in call.warnings[0]
