import pytest

from excerpt.models.generation.prices import Price
from excerpt.models.training.distill.chunks import Chunk
from excerpt.models.training.distill.cost import estimate
from excerpt.tokens import resolve_tokenizer

TEN = resolve_tokenizer(lambda text: 10)


def test_the_estimate_adds_rules_and_text():
    """Two chunks of 100 tokens, ten tokens of rules and twelve of frame each; answers as long as the chunks."""
    cost = estimate([Chunk("a", "", 100), Chunk("b", "", 100)], TEN, Price(2.0, 8.0))
    assert (cost.questions, cost.tokens_in, cost.tokens_out) == (2, 244, 200)
    assert cost.cost == pytest.approx((244 * 2 + 200 * 8) / 1e6)


def test_without_a_price_there_are_only_tokens():
    """And the line says so."""
    assert str(estimate([], TEN, None)) == "0 questions, 0 tokens in, at most 0 out; no price given"
