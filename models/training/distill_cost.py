"""What asking a teacher will cost, before anything is asked."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winnow.errors import ConfigError
from winnow.models.training.distill_chunks import Chunk
from winnow.models.training.distill_endpoint import RULES
from winnow.tokens import TokenCounter

__all__ = ["Estimate", "Price", "estimate", "read_price"]

_FRAME = 12  # roles and separators that chat templates add to two messages, about


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in any currency."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """An upper bound: a compression is never longer than its chunk. Retries are not in it.

    Args:
        questions: Chunks to ask about.
        tokens_in: Of all questions, rules included, by the tokenizer that was named (the teacher's may differ).
        tokens_out: Of all answers, at most.
        cost: In the currency of the price; None without a price.
    """

    questions: int
    tokens_in: int
    tokens_out: int
    cost: float | None

    def __str__(self) -> str:
        """One line."""
        tokens = (
            f"{self.questions:,} questions, {self.tokens_in:,} tokens in, at most {self.tokens_out:,} out"
        )
        price = "no price given" if self.cost is None else f"at most {self.cost:,.2f}"
        return f"{tokens}; {price}"


def estimate(chunks: Sequence[Chunk], tokens: TokenCounter, price: Price | None) -> Estimate:
    """Add up what asking about all chunks takes."""
    inside = sum(chunk.tokens for chunk in chunks)
    sent = inside + len(chunks) * (tokens.count(RULES) + _FRAME)
    cost = None if price is None else (sent * price.input + inside * price.output) / 1e6
    return Estimate(len(chunks), sent, inside, cost)


def read_price(path: str | Path, model: str) -> Price:
    """The price of a model from a TOML table: ``["name"]``, ``input = 2.5``, ``output = 10.0`` (a million tokens).

    Raises:
        ConfigError: The file cannot be read, or has no such model.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"prices: {path} cannot be read as TOML ({error})"
        raise ConfigError(message) from error
    row = table.get(model)
    numbers = [row.get(name) if isinstance(row, dict) else None for name in ("input", "output")]
    if not all(isinstance(number, int | float) and number >= 0 for number in numbers):
        message = (
            f'prices: {path} needs a table ["{model}"] with input and output, the prices of a million tokens; '
            f"its tables are {', '.join(sorted(table)) or 'none'}"
        )
        raise ConfigError(message)
    return Price(float(numbers[0] or 0), float(numbers[1] or 0))
