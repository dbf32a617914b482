"""What asking a teacher will cost, before anything is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from excerpt.models.generation.prices import Price
from excerpt.models.training.distill.chunks import Chunk
from excerpt.models.training.distill.endpoint import RULES
from excerpt.tokens import TokenCounter

__all__ = ["CostEstimate", "estimate"]

_FRAME = 12  # roles and separators that chat templates add to two messages, about


@dataclass(frozen=True, slots=True)
class CostEstimate:
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


def estimate(chunks: Sequence[Chunk], tokens: TokenCounter, price: Price | None) -> CostEstimate:
    """Add up what asking about all chunks takes."""
    inside = sum(chunk.tokens for chunk in chunks)
    sent = inside + len(chunks) * (tokens.count(RULES) + _FRAME)
    cost = None if price is None else (sent * price.input + inside * price.output) / 1e6
    return CostEstimate(len(chunks), sent, inside, cost)
