"""What the context costs at a reader that is paid by the token, with and without the provider's prompt cache.

Only the context's own input tokens are counted: instructions, questions and answers cost the same whatever a chain
does.
"""

from dataclasses import dataclass

from excerpt.models.generation.prices import Price

__all__ = ["ContextCost", "context_cost"]

_QUESTIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class ContextCost:
    """Dollars for the contexts of a million questions.

    Args:
        compressed: Compressed anew for each question, sent at the full price.
        whole: The whole context, sent at the full price.
        cached: The same whole context for every question, read from the provider's cache, which was written once.
        break_even: The kept ratio below which compressing anew is cheaper than the cache.
    """

    compressed: float
    whole: float
    cached: float
    break_even: float


def context_cost(price: Price, tokens_in: float, tokens_out: float) -> ContextCost:
    """The cost of contexts of a mean length.

    A compressed context depends on the question, so it is never found in a cache; the whole context of a document that
    is asked about again is. That is what compression has to beat there.

    Args:
        price: Of a million tokens.
        tokens_in: Of the whole context, in the mean.
        tokens_out: Of what a chain left of it, in the mean.
    """
    written = tokens_in * price.written + (_QUESTIONS - 1) * tokens_in * price.read
    cached = written / 1e6
    whole = _QUESTIONS * tokens_in * price.input / 1e6
    return ContextCost(
        compressed=_QUESTIONS * tokens_out * price.input / 1e6,
        whole=whole,
        cached=min(cached, whole),
        break_even=min(cached, whole) / whole if whole else float("nan"),
    )
