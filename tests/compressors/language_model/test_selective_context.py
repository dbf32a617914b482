"""What is not foretold stays, whatever is asked."""

import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt import Budget, Chain
from excerpt.compressors import SelectiveContext
from excerpt.errors import ConfigError
from excerpt.tokens import count_words

TEXT = "The mill burned down. The mill burned down. Then two sons came. The mill burned down again."


def test_what_was_said_before_goes_first():
    """A sentence of new words stays before one that repeats; the question changes nothing."""
    chain = Chain([SelectiveContext(WordLikelihood(), unit="sentence")])
    texts = [
        chain.compress(query, [TEXT], budget=Budget(tokens=8, tokenizer=count_words)).text
        for query in ("sons", "mill")
    ]
    assert texts[0] == texts[1] == "The mill burned down. Then two sons came."


def test_without_a_budget_a_third_goes():
    """0.65 stays, as the package's ``reduce_ratio`` of 0.35 says; or what ``rate`` says."""
    kept = Chain([SelectiveContext(WordLikelihood())]).compress("?", [TEXT * 3])
    assert 0.55 < kept.tokens_out / kept.tokens_in < 0.75
    fewer = Chain([SelectiveContext(WordLikelihood(), rate=0.3)]).compress("?", [TEXT * 3])
    assert fewer.tokens_out < kept.tokens_out


def test_wrong_options():
    """Two rules at once, and a share of nothing."""
    with pytest.raises(ConfigError, match="give rate or selector, not both"):
        SelectiveContext(WordLikelihood(), rate=0.5, selector="greedy")
    with pytest.raises(ConfigError, match="selective-context: rate"):
        SelectiveContext(WordLikelihood(), rate=0)
