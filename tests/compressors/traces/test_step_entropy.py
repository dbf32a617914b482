"""Reasoning traces by whole steps and by words; numbers, operators and results that are used stay."""

import re

import pytest

from excerpt import Chain, ConfigError
from excerpt.compressors import StepEntropy, TokenSkip

TRACE = """Natalia sold clips to 48 of her friends in April, and half as many in May. How many altogether?

Let me read it again. Natalia sold clips to 48 of her friends in April.

In May she sold half of that, so 48 / 2 = 24 clips.

Wait, let me double check that. Half of something is that divided by two, so it is right.

Hmm, maybe I should think about her friends, but nothing is asked about them.

Altogether she sold 48 + 24 = 72 clips.

The answer is 72."""
QUESTION = "How many clips did she sell?"


def test_what_the_answer_stands_on_stays():
    """No model: the doubt goes, every result that is used stays, with its numbers and operators."""
    result = Chain([StepEntropy(rate=0)]).compress(QUESTION, [TRACE])
    assert "48 / 2 = 24" in result.text
    assert "48 + 24 = 72" in result.text
    assert result.text.startswith("Natalia sold")
    assert result.text.endswith("The answer is 72.")
    assert "Wait" not in result.text
    assert "Hmm" not in result.text
    assert result.ratio < 0.6


def test_a_budget_keeps_the_end_first():
    """Twenty tokens: the answer and where it came from."""
    result = Chain([StepEntropy()]).compress(QUESTION, [TRACE], budget=24)
    assert result.text == "Altogether she sold 48 + 24 = 72 clips.\n\nThe answer is 72."


def test_it_reads_no_question():
    """So that old turns can be shortened before anyone asks."""
    chain = Chain([StepEntropy()])
    assert not chain.needs_query
    one, other = (chain.compress(query, [TRACE], budget=40).text for query in (QUESTION, "(none)"))
    assert one == other


def test_tokenskip_keeps_every_number_and_operator():
    """At the paper's rate of 0.6; words go."""
    result = Chain([TokenSkip()]).compress(QUESTION, [TRACE])
    assert re.findall(r"\d+", result.text) == re.findall(r"\d+", TRACE)
    assert re.findall(r"[=+/]", result.text) == re.findall(r"[=+/]", TRACE)
    assert result.ratio < 0.65


def test_wrong_options_are_refused():
    """By name."""
    with pytest.raises(ConfigError, match="needed-steps: rate must be a number from 0 to 1, got 2"):
        StepEntropy(rate=2)
    with pytest.raises(
        ConfigError, match="step-entropy: measure must be one of sum, mean, first, got 'most'"
    ):
        StepEntropy(measure="most")
    with pytest.raises(ConfigError, match="rate is the share"):
        TokenSkip(rate=0)
