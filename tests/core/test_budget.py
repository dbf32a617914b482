"""What a budget accepts, and what it says about the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Budget, BudgetError, compress


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


@pytest.mark.parametrize("value", [1, 0.5, float("nan"), float("-inf"), "low", True])
def test_a_least_score_that_is_none_is_refused(value):
    """It is in log-odds against the best unit, so never above 0."""
    with pytest.raises(BudgetError, match="min_score is in log-odds"):
        Budget(tokens=5, min_score=value)


def test_a_least_score_holds_for_a_whole_call():
    """The last stage leaves out what is much less sure than its best unit."""
    passages = ["The ferry sails at dawn.", "Mills grind rye.", "Rain fell on the hills of Kent."]
    much = compress("When does the ferry sail?", passages, budget=Budget(ratio=0.9), chain="fast")
    little = compress(
        "When does the ferry sail?", passages, budget=Budget(ratio=0.9, min_score=-0.5), chain="fast"
    )
    assert little.text == "The ferry sails at dawn."
    assert len(much.text) > len(little.text)
