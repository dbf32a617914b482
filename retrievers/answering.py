"""From a question to an answer with its sources: search, compress, read, cite."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from excerpt.compressors.support.token_overlap import TokenOverlap
from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import InputError
from excerpt.models.readers.citations import cited
from excerpt.models.readers.protocols import Answer, Reader
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage
from excerpt.values.spans import Span

__all__ = ["Answered", "Citation", "check_reader", "citations", "read"]

_MOST = 3
_SUPPORTS = 0.6  # of an answer's words


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence that an answer rests on.

    Args:
        passage: The passage that it stands in.
        span: Its characters there; None where the reader was given rewritten text, which has none.
    """

    passage: KeptPassage
    span: Span | None

    @property
    def text(self) -> str:
        """The sentence; the passage's whole text where there is no span."""
        text = self.passage.passage.text
        return text if self.span is None else text[self.span.start : self.span.end]

    def to_dict(self) -> dict[str, Any]:
        """As JSON goes."""
        span = None if self.span is None else list(self.span)
        return {"id": self.passage.id, "title": self.passage.title, "index": self.passage.index, "span": span,
                "text": self.text}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with all that led to it.

    Args:
        question: The question.
        text: The answer, without citation marks; empty where the reader found none.
        score: How sure the reader is, where it says.
        citations: What the answer rests on; empty where nothing that the reader was given says so.
        context: What the reader was given.
    """

    question: str
    text: str
    score: float
    citations: tuple[Citation, ...]
    context: Compressed

    def to_dict(self) -> dict[str, Any]:
        """As JSON goes: the compression's row with the answer before it."""
        cites = [citation.to_dict() for citation in self.citations]
        return {"answer": self.text, "score": self.score, "citations": cites, **self.context.to_dict()}


def read(question: str, result: Compressed, reader: Reader) -> Answered:
    """Have a reader answer from a compressed context.

    Args:
        question: The question.
        result: The context. Passages that stand as vectors are given to a reader that takes them
            (`excerpt.models.readers.XragReader`).
        reader: Who answers.
    """
    reading: Any = reader
    answer: Answer = (
        reader.read(question, result.text)
        if result.soft is None
        else reading.read_soft(question, result.text, result.soft)
    )
    words, _ = cited(answer.text)
    return Answered(question, words, answer.score, citations(answer, result), result)


def check_reader(reader: object) -> None:
    """Refuse what cannot read, before a search and a chain have been run for it.

    Raises:
        InputError: It has no ``name`` or no ``read``.
    """
    if not isinstance(reader, Reader):
        message = (
            f"answer: {reader!r:.80} is not a reader; it needs a `name` and a `read(question, context)` method "
            "(excerpt.models.readers has some)"
        )
        raise InputError(message)


def citations(answer: Answer, result: Compressed) -> tuple[Citation, ...]:
    """What an answer rests on, the surest first, at most three sentences.

    The sentence that it was copied from, where the reader says which; else the best sentence of each passage whose
    number it gives; else those that contain it; else those that have most of its words.

    Args:
        answer: What the reader said.
        result: What it was given.
    """
    words, numbers = cited(answer.text)
    if not words:
        return ()
    if result.rewritten is not None:
        return tuple(_of_rewritten(words, result))
    sentences = list(_sentences(result))
    if answer.span is not None:
        where = result.source(answer.span[0])
        return tuple(one for one in sentences if where and _holds(one, *where))[:1]
    if numbers:
        shown = {kept.number: kept.index for kept in result.passages if kept.spans}
        wanted = [shown[number] for number in numbers if number in shown]
        parts = ([one for one in sentences if one.passage.index == index] for index in wanted)
        return tuple(_best(part, words, result.query)[0] for part in parts if part)[:_MOST]
    holding = [one for one in sentences if words.casefold() in one.text.casefold()]
    if holding:
        return tuple(_best(holding, words, result.query)[:_MOST])
    (judged,) = TokenOverlap().judge([words], [one.text for one in sentences])
    return tuple(sentences[place] for place in judged.sources) if judged.support >= _SUPPORTS else ()


def _sentences(result: Compressed) -> Iterator[Citation]:
    """The sentences of which something was kept."""
    for kept in result.passages:
        if kept.spans:
            for start, end in split_sentences(kept.passage.text):
                if any(span.start < end and start < span.end for span in kept.spans):
                    yield Citation(kept, Span(start, end))


def _holds(citation: Citation, passage: KeptPassage, position: int) -> bool:
    span = citation.span
    return span is not None and citation.passage.index == passage.index and span.start <= position < span.end


def _best(sentences: list[Citation], words: str, question: str) -> list[Citation]:
    """By how many words of answer and question each has; the first among equals first."""
    judge = TokenOverlap()

    def likeness(citation: Citation) -> float:
        of_answer, of_question = judge.judge([words, question], [citation.text])
        return -(2 * of_answer.support + of_question.support)

    return sorted(sentences, key=likeness)


def _of_rewritten(words: str, result: Compressed) -> Iterator[Citation]:
    """The passages of the sentences that say it."""
    sentences = () if result.rewritten is None else result.rewritten.sentences
    said = [one for one in sentences if words.casefold() in one.text.casefold()][:1]
    for sentence in said:
        for index in sentence.passages:
            yield Citation(result.passages[index], sentence.span)
