"""Words that a sentence's vector misses least go first."""

import pytest

from excerpt import Budget, Chain
from excerpt.compressors import TcraLLM
from excerpt.errors import ConfigError
from excerpt.tokens import count_words

TEXT = "The mill at Arden was really very badly burned in a fire. It was then built again by two sons."


def test_what_says_little_goes():
    """With the bundled encoder: names and things stay before little words; the question changes nothing."""
    kept = [
        Chain([TcraLLM()]).compress(query, [TEXT], budget=Budget(tokens=12, tokenizer=count_words))
        for query in ("mill?", "sons?")
    ]
    assert kept[0].text == kept[1].text
    assert {"mill", "Arden", "sons"} <= set(kept[0].text.replace(".", "").split())
    assert "really" not in kept[0].text


def test_without_a_budget_a_fifth_goes():
    """Or what ``rate`` says; never both rate and selector."""
    kept = Chain([TcraLLM()]).compress("?", [TEXT])
    assert 0.7 < kept.tokens_out / kept.tokens_in < 0.9
    with pytest.raises(ConfigError, match="give rate or selector, not both"):
        TcraLLM(rate=0.5, selector="greedy")
