"""What contexts cost, by hand."""

import pytest

from excerpt.eval.metrics.money import context_cost
from excerpt.models.generation.prices import PRICES, Price, read_prices


def test_a_million_contexts_by_hand():
    """2,000 tokens whole and 500 left, at 1 a million, 0.1 from the cache, 1.25 into it."""
    cost = context_cost(Price(1.0, 5.0, cached_input=0.1, cache_write=1.25), 2000, 500)
    assert (cost.compressed, cost.whole) == (500.0, 2000.0)
    assert cost.cached == pytest.approx((2000 * 1.25 + 999_999 * 2000 * 0.1) / 1e6)
    assert cost.break_even == pytest.approx(cost.cached / 2000.0)


def test_without_a_cache_compression_always_pays():
    """The same context costs the same every time."""
    cost = context_cost(Price(1.0, 5.0), 2000, 500)
    assert (cost.cached, cost.break_even) == (cost.whole, 1.0)


def test_the_table_that_comes_along_can_be_read():
    """And says when it was."""
    prices = read_prices(PRICES)
    assert all(0 < price.read < price.input < price.output for price in prices.values())
    assert "read on 20" in PRICES.read_text()
