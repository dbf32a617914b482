"""Contexts cut into windows that a proxy can read, between sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from excerpt.errors import InputError
from excerpt.models.attention.protocols import AttentionProxy, ProbeRequest

__all__ = ["Chunk", "Sentence", "cut"]

_LEAST_ROOM = 16
_NEW_PASSAGE, _NEXT_SENTENCE = "\n", " "


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it goes into a window.

    Args:
        text: Its text; not empty.
        passage: Which passage it is of; a new passage begins a new line.
        title: Stands before the passage's first sentence in each window, on a line of its own; may be empty.
    """

    text: str
    passage: int = 0
    title: str = ""


class Chunk(NamedTuple):
    """One window.

    Attributes:
        request: What to ask the proxy.
        sentences: For each span of the request the index of the sentence that it is, or is a part of.
    """

    request: ProbeRequest
    sentences: tuple[int, ...]


class _Piece(NamedTuple):
    """A sentence, or a part of one, with its number."""

    number: int
    sentence: Sentence


def cut(proxy: AttentionProxy, question: str, sentences: Sequence[Sentence]) -> list[Chunk]:
    """Windows that hold all sentences in their order, each as full as whole sentences allow.

    Nothing is lost: a sentence that does not fit in a window is cut at white space (or anywhere, where there is
    none), and its parts stand in several. A title that would take more than half of a window is left out.

    Args:
        proxy: Says what fits.
        question: Is in every window whole.
        sentences: In source order, the sentences of a passage beside each other.

    Raises:
        InputError: The question leaves no room for a context.
    """
    room = proxy.room(question)
    if room < _LEAST_ROOM:
        message = (
            f"the question leaves {room} of the {proxy.max_tokens} tokens of {proxy.name} for the context, and "
            f"{_LEAST_ROOM} is the least: ask a shorter question or use a proxy with a longer window"
        )
        raise InputError(message)
    windows = _packed(proxy, sentences, room)
    return [_chunk(question, fitting) for window in windows for fitting in _fitted(proxy, window, room)]


def _packed(proxy: AttentionProxy, sentences: Sequence[Sentence], room: int) -> Iterator[list[_Piece]]:
    """Sentences in a row whose tokens, counted one by one, fit together."""
    titles = list(dict.fromkeys(["", *(sentence.title for sentence in sentences)]))
    of_title = dict(zip(titles, proxy.count([title + _NEW_PASSAGE for title in titles]), strict=True))
    own = proxy.count([_NEXT_SENTENCE + sentence.text for sentence in sentences])
    window: list[_Piece] = []
    tokens = 0
    for index, (sentence, count) in enumerate(zip(sentences, own, strict=True)):
        titled = sentence if 2 * of_title[sentence.title] <= room else replace(sentence, title="")
        head = of_title[titled.title]
        begins = not window or window[-1].sentence.passage != sentence.passage
        if window and tokens + count + head * begins > room:
            yield window
            window, tokens, begins = [], 0, True
        window.append(_Piece(index, titled))
        tokens += count + head * begins
    if window:
        yield window


def _fitted(proxy: AttentionProxy, window: list[_Piece], room: int) -> Iterator[list[_Piece]]:
    """The window if it fits as a whole, else its halves: tokens of a text need not be those of its parts."""
    if proxy.count([_rendered(window)[0]])[0] <= room:
        yield window
        return
    halves = (
        [window[: len(window) // 2], window[len(window) // 2 :]] if len(window) > 1 else _split(window[0])
    )
    if not halves:  # a single character
        yield window
    for half in halves:
        yield from _fitted(proxy, half, room)


def _split(piece: _Piece) -> list[list[_Piece]]:
    """Two parts of a sentence, cut at the white space nearest before its middle if there is any."""
    text = piece.sentence.text
    middle = len(text) // 2
    cuts = [place for place in range(middle, 0, -1) if text[place].isspace()][:1] or [middle] * (middle > 0)
    parts = [part for place in cuts for part in (text[:place], text[place:]) if part.strip()]
    return [[piece._replace(sentence=replace(piece.sentence, text=part.strip()))] for part in parts]


def _rendered(window: Sequence[_Piece]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a window and the characters of each piece in it."""
    text, spans = "", []
    passage: int | None = None
    for _, sentence in window:
        if sentence.passage != passage:
            text += (_NEW_PASSAGE if text else "") + (sentence.title + _NEW_PASSAGE if sentence.title else "")
        else:
            text += _NEXT_SENTENCE
        passage = sentence.passage
        spans.append((len(text), len(text) + len(sentence.text)))
        text += sentence.text
    return text, spans


def _chunk(question: str, window: Sequence[_Piece]) -> Chunk:
    text, spans = _rendered(window)
    return Chunk(ProbeRequest(question, text, tuple(spans)), tuple(piece.number for piece in window))
