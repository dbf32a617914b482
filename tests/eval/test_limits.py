"""Shares and tokens."""

import numpy as np
import pytest

from excerpt import InputError
from excerpt.eval.limits import checked, phrase, shown


def test_shares_and_tokens_are_told_apart():
    """In tables and in sentences, whatever kind of number they are."""
    limits = checked([np.float64(0.25), np.int64(3000), 3000, 0.25])
    assert [shown(limit) for limit in limits] == ["0.25", "3,000 tokens"]
    assert [phrase(limit) for limit in limits] == ["0.25 of the tokens", "3,000 tokens"]


def test_one_token_and_all_of_them_are_the_same_number():
    """A table cannot have both."""
    with pytest.raises(InputError, match="ratio of 1 and a budget of 1 token"):
        checked([1.0, 1])
