import pytest

from winnow.errors import ConfigError
from winnow.models.training.distill_chunks import Chunk
from winnow.models.training.distill_cost import Price, estimate, read_price
from winnow.tokens import resolve_tokenizer

TEN = resolve_tokenizer(lambda text: 10)


def test_the_estimate_adds_rules_and_text():
    """Two chunks of 100 tokens, ten tokens of rules and twelve of frame each; answers as long as the chunks."""
    cost = estimate([Chunk("a", "", 100), Chunk("b", "", 100)], TEN, Price(2.0, 8.0))
    assert (cost.questions, cost.tokens_in, cost.tokens_out) == (2, 244, 200)
    assert cost.cost == pytest.approx((244 * 2 + 200 * 8) / 1e6)


def test_without_a_price_there_are_only_tokens():
    """And the line says so."""
    assert str(estimate([], TEN, None)) == "0 questions, 0 tokens in, at most 0 out; no price given"


def test_prices_come_from_a_table(tmp_path):
    """By the model's name."""
    (tmp_path / "prices.toml").write_text('["big-1.5"]\ninput = 3\noutput = 12.5\n')
    assert read_price(tmp_path / "prices.toml", "big-1.5") == Price(3.0, 12.5)


@pytest.mark.parametrize(
    "text", ["", "[other]\ninput = 1\noutput = 1", "[big]\ninput = 1", "[big", "[big]\ninput='1'\noutput=1"]
)
def test_a_table_without_the_model_is_refused(tmp_path, text):
    """With the form that is wanted."""
    (tmp_path / "prices.toml").write_text(text)
    with pytest.raises(ConfigError, match="prices: "):
        read_price(tmp_path / "prices.toml", "big")
