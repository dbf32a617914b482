"""Passages that reach a reader as vectors among its input embeddings, instead of as text (xRAG, arXiv:2405.13792)."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.tokens import TokenCounter

__all__ = ["SoftContext", "SoftPassage"]


@dataclass(frozen=True, slots=True, eq=False)
class SoftPassage:
    """An input embedding of a reader that stands for a passage, alone or with others: one token of its window.

    Args:
        index: The passage's place in the input.
        embedding: What stands in the reader's embedding sequence, float32 ``(reader_dim,)``.
    """

    index: int
    embedding: NDArray[np.float32] = field(repr=False)  # hundreds of numbers, which nobody reads


@dataclass(frozen=True, slots=True, eq=False)
class SoftContext:
    """The passages of a context that stand as vectors, in the order in which they stand.

    Args:
        passages: One or more; those of one passage stand together.
        reader: Identity of the reader whose embeddings they are; no other can read them.
        separator: What the prompt writes between two.
        gap: What the prompt writes between the last and the text.
        closing: What stands once behind them all, each float32 ``(reader_dim,)``; each is a token as well.
    """

    passages: tuple[SoftPassage, ...]
    reader: str
    separator: str = " "
    gap: str = "\n\n"
    closing: tuple[NDArray[np.float32], ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        """How many embeddings there are."""
        return len(self.passages) + len(self.closing)

    def joined(self, more: "SoftContext") -> "SoftContext":
        """These and others of the same reader, which stand behind them.

        Raises:
            InputError: The others were made for another reader, or stand in another form.
        """
        if (more.reader, more.separator, more.gap) != (self.reader, self.separator, self.gap):
            message = (
                f"vectors for two readers ({self.reader[:12]!r} and {more.reader[:12]!r}) or among two prompts "
                "cannot stand in one context; use one bridge in a chain"
            )
            raise InputError(message)
        return replace(self, passages=(*self.passages, *more.passages))

    def within(self, tokens: int, counter: TokenCounter) -> "SoftContext | None":
        """The first passages that have at most ``tokens`` tokens, each whole; None where that is none.

        Args:
            tokens: The limit.
            counter: The reader's tokenizer.
        """
        fitting = (tokens + (between := counter.count(self.separator))) // (1 + between) - len(self.closing)
        if 0 < fitting < len(self.passages):
            cut = self.passages[fitting].index
            while fitting and self.passages[fitting - 1].index == cut:
                fitting -= 1
        return replace(self, passages=self.passages[:fitting]) if fitting > 0 else None

    @property
    def indices(self) -> frozenset[int]:
        """Which passages they are."""
        return frozenset(passage.index for passage in self.passages)

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """All embeddings, float32 ``(n, reader_dim)``."""
        return np.stack([*(passage.embedding for passage in self.passages), *self.closing])

    def tokens(self, counter: TokenCounter, text: str = "") -> int:
        """Tokens of vectors and text as the prompt writes them: one a vector, what stands between, and the text.

        Args:
            counter: The reader's tokenizer. It cuts a prompt at a vector's mark, so the parts add up.
            text: What follows as text.
        """
        between = (len(self) - 1) * counter.count(self.separator)
        return len(self) + between + (counter.count(self.gap + text) if text else 0)

    def overhead(self, counter: TokenCounter) -> int:
        """What they take away from a budget of text."""
        return self.tokens(counter) + counter.count(self.gap)
