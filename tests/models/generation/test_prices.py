import pytest

from excerpt.errors import ConfigError
from excerpt.models.generation.prices import Price, read_price, read_prices


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


def test_cached_prices_are_optional(tmp_path):
    """Without them a token costs the same every time; notes beside the prices are passed over."""
    (tmp_path / "prices.toml").write_text(
        'date = "2026-11-01"\n[a]\ninput = 2\noutput = 8\nsource = "x"\n[b]\ninput = 2\noutput = 8\n'
        "cached_input = 0.2\ncache_write = 2.5\n"
    )
    found = read_prices(tmp_path / "prices.toml")
    assert [(price.written, price.read) for price in found.values()] == [(2, 2), (2.5, 0.2)]
