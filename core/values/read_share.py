"""How much of its input a model read."""

from typing import NamedTuple

__all__ = ["ReadShare"]


class ReadShare(NamedTuple):
    """How much of its input a model read, and why it stopped there.

    Attributes:
        tokens: Tokens that it read, special ones included.
        of: Tokens that there are; those that an index has stored are not counted.
        rounds: In how many rounds.
        unread_evidence: The share of the evidence, of what the budget can keep, that is to be expected in what is
            unread.
    """

    tokens: int
    of: int
    rounds: int
    unread_evidence: float

    def __str__(self) -> str:
        read = f"read {self.tokens:,} of {self.of:,} tokens in {self.rounds} round{'s' * (self.rounds != 1)}"
        if self.tokens == self.of:
            return read
        return f"{read}; the rest can be expected to hold {self.unread_evidence:.1%} of the evidence"
