"""What tokens cost: a table of prices as data (TOML), by the model's name."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from excerpt.errors import ConfigError

__all__ = ["PRICES", "Price", "read_price", "read_prices"]

PRICES = Path(__file__).resolve().parent / "prices.toml"
"""The table that comes along: a few readers, with where and when their prices were read."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in any currency.

    Args:
        input: Of tokens that are sent.
        output: Of tokens that are answered.
        cached_input: Of tokens that are sent again and found in the provider's prompt cache; None where it has none.
        cache_write: Of tokens that are put into the cache; None where that costs what ``input`` does.
    """

    input: float
    output: float
    cached_input: float | None = None
    cache_write: float | None = None

    @property
    def written(self) -> float:
        """What a token costs that will be found in the cache later."""
        return self.input if self.cache_write is None else self.cache_write

    @property
    def read(self) -> float:
        """What a token costs that is sent again."""
        return self.input if self.cached_input is None else self.cached_input


def read_prices(path: str | Path) -> dict[str, Price]:
    """All prices of a TOML file: a table for each model, ``["name"]``, ``input = 2.5``, ``output = 10.0``.

    Optional keys: ``cached_input``, ``cache_write``. Others (a source, a date) are passed over, in a table or above.

    Raises:
        ConfigError: The file cannot be read, or a price is not a number of 0 or more.
    """
    return {name: _price(row, path, name) for name, row in _tables(path).items() if isinstance(row, dict)}


def read_price(path: str | Path, model: str) -> Price:
    """The price of one model; see `read_prices`.

    Raises:
        ConfigError: The file cannot be read, or has no such model.
    """
    tables = _tables(path)
    return _price(tables.get(model), path, model)


def _tables(path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"prices: {path} cannot be read as TOML ({error})"
        raise ConfigError(message) from error


def _price(row: Any, path: str | Path, model: str) -> Price:  # noqa: ANN401 - whatever the file holds
    prices = row if isinstance(row, dict) else {}
    numbers = [prices.get("input"), prices.get("output")]
    optional = [prices[name] for name in ("cached_input", "cache_write") if name in prices]
    if not all(isinstance(number, int | float) and number >= 0 for number in [*numbers, *optional]):
        message = (
            f'prices: {path} needs a table ["{model}"] with input and output, the prices of a million tokens '
            "(and cached_input, cache_write where the provider caches prompts)"
        )
        raise ConfigError(message)
    return Price(
        float(prices["input"]), float(prices["output"]), prices.get("cached_input"), prices.get("cache_write")
    )
