"""What a budget accepts, and what it says about the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Budget, BudgetError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "neither"),
        ({"tokens": 5, "ratio": 0.5}, "both"),
        ({"tokens": -1}, "0 or more"),
        ({"tokens": 1.5}, "whole number"),
        ({"tokens": True}, "whole number"),
        ({"ratio": 0.0}, "above 0"),
        ({"ratio": 1.01}, "at most 1"),
        ({"ratio": float("nan")}, "at most 1"),
        ({"ratio": "0.5"}, "got '0.5'"),
        (
            {"policy": "policy.json"},
            r"must be a Policy, got 'policy.json'; Budget.calibrated\(path\) reads one",
        ),
        ({"tokens": 9, "per_passage_min": 5, "per_passage_max": 4}, "is above"),
    ],
)
def test_a_wrong_budget_says_what_is_wrong(options, message):
    """Every message has the value and the rule."""
    with pytest.raises(BudgetError, match=message):
        Budget(**options)


def test_an_int_is_tokens_and_a_float_is_a_ratio():
    """The short forms."""
    assert Budget.of(200) == Budget(tokens=200)
    assert Budget.of(0.25) == Budget(ratio=0.25)
    assert Budget.of(None) is None
    assert Budget.of(5, tokenizer=len) == Budget(tokens=5, tokenizer=len)


@pytest.mark.parametrize("value", ["200", True, [1]])
def test_other_kinds_are_refused(value):
    """A string is not read as a number: whose tokens would it be?"""
    with pytest.raises(BudgetError, match="expected a Budget"):
        Budget.of(value)


@given(st.integers(0, 10**6), st.integers(1, 100))
def test_a_ratio_is_never_exceeded_and_costs_no_token(tokens, percent):
    """Floats such as 0.29 * 100 must not round a token away."""
    limit = Budget(ratio=percent / 100).limit(tokens)
    assert limit == tokens * percent // 100


def test_the_numbers_of_numpy_are_numbers():
    """Budgets are often computed."""
    assert Budget.of(np.int64(8)) == Budget(tokens=8)
    assert Budget.of(np.float32(0.5)) == Budget(ratio=0.5)
