"""Text that a model wrote from the passages: no spans, but for each sentence how well the passages support it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from excerpt.tokens import TokenCounter
from excerpt.values.spans import Span, merge

__all__ = ["Rewritten", "WrittenSentence"]


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """One sentence of a rewritten text.

    Args:
        text: The sentence.
        support: How well the sources support it, 0 to 1; 1 for one that was copied from them.
        passages: Indices of the passages that it came from, the best first; empty where none supports it.
        span: Where the first of ``passages`` says it word for word; None for a sentence that was written. A
            written sentence without support is replaced by such a one.
    """

    text: str
    support: float
    passages: tuple[int, ...]
    span: Span | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON goes."""
        row: dict[str, Any] = {"text": self.text, "support": round(self.support, 4)}
        row["passages"] = list(self.passages)
        return row if self.span is None else {**row, "span": list(self.span)}


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A rewritten text, sentence by sentence. Without sentences the reader is given nothing, and that is meant.

    Args:
        writer: Who wrote it.
        sentences: What stands in the text, separated by spaces.
        read: Indices of the passages that the writer read.
    """

    writer: str
    sentences: tuple[WrittenSentence, ...]
    read: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """All sentences."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def passages(self) -> tuple[int, ...]:
        """The passages that the text came from, ascending."""
        return tuple(sorted({index for sentence in self.sentences for index in sentence.passages}))

    def quoted(self, passages: int) -> list[tuple[Span, ...]]:
        """For each of ``passages`` passages the spans that stand in the text word for word."""
        quotes: list[list[Span]] = [[] for _ in range(passages)]
        for sentence in self.sentences:
            if sentence.span is not None:
                quotes[sentence.passages[0]].append(sentence.span)
        return [merge(spans) for spans in quotes]

    def within(self, tokens: int | None, counter: TokenCounter) -> Self:
        """The same, without the last sentences where all of them have more than ``tokens`` tokens.

        Args:
            tokens: The limit; None for none.
            counter: The reader's tokenizer.
        """
        sentences: Sequence[WrittenSentence] = self.sentences
        while tokens is not None and sentences and counter.count(_joined(sentences)) > tokens:
            sentences = sentences[:-1]
        return replace(self, sentences=tuple(sentences))


def _joined(sentences: Sequence[WrittenSentence]) -> str:
    return " ".join(sentence.text for sentence in sentences)
