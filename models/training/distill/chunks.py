"""Texts cut into the chunks that a teacher model is asked about (Pan et al. 2024: at most 512 tokens)."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from excerpt.errors import InputError
from excerpt.files.jsonl import read_jsonl
from excerpt.tokens import TokenCounter
from excerpt.values.coerce import to_passages
from excerpt.values.spans import Span

__all__ = ["Chunk", "chunk_spans", "read_chunks"]

# Where a chunk may end: after a full stop (not inside 3.14), after a line break.
_END = re.compile(r"(?<=\.)(?=\s)|(?<=\n)")


class Chunk(NamedTuple):
    """One piece of text to compress.

    Args:
        id: Of the text it is from, a colon, and the character it starts at.
        text: The piece.
        tokens: Its length.
    """

    id: str
    text: str
    tokens: int


def read_chunks(paths: Sequence[str | Path], tokens: TokenCounter, limit: int = 512) -> Iterator[Chunk]:
    """The distinct chunks of corpora (``text``) and of question sets (``passages``).

    Args:
        paths: JSONL files.
        tokens: Counts tokens.
        limit: Tokens in a chunk, at most.

    Raises:
        InputError: A file or a line cannot be read; the message has its number.
    """
    seen: set[bytes] = set()
    for path in paths:
        for number, row in read_jsonl(path):
            where = f"{path}, line {number}"
            for name, text in _texts(row, number, where):
                for start, end in chunk_spans(text, tokens, limit):
                    piece = text[start:end]
                    key = hashlib.sha256(piece.encode()).digest()  # a set of texts would hold them all
                    if key not in seen:
                        seen.add(key)
                        yield Chunk(f"{name}:{start}", piece, tokens.count(piece))


def _texts(row: dict[str, Any], number: int, where: str) -> Iterator[tuple[str, str]]:
    name = str(row.get("id", number))
    try:
        if isinstance(row.get("passages"), list):
            for index, passage in enumerate(to_passages(row["passages"])):
                yield f"{name}/{passage.id or index}", passage.text
        elif "text" in row:
            (passage,) = to_passages([row])
            yield passage.id or name, passage.text
        else:
            message = f"neither a text nor a question with passages; its keys are {', '.join(sorted(row))}"
            raise InputError(message)
    except InputError as error:
        message = f"{where}: {error}"
        raise InputError(message) from error


def chunk_spans(text: str, tokens: TokenCounter, limit: int) -> list[Span]:
    """Cut a text into chunks that end at a full stop or a line break.

    A stretch without either that is over the limit is halved at a space, or anywhere where there is none.

    Args:
        text: Any text.
        tokens: Counts tokens.
        limit: Tokens in a chunk, at most; one character may be over it.

    Returns:
        Spans without white space at their ends. Every other character is in exactly one.

    Raises:
        InputError: ``limit`` is below 1.
    """
    if limit < 1:
        message = f"chunk: must have room for at least 1 token, got {limit}"
        raise InputError(message)
    chunks: list[Span] = []
    for piece in _pieces(text, tokens, limit):
        if chunks:
            joined = Span(chunks[-1].start, piece.end)
            if tokens.count(text[joined.start : joined.end]) <= limit:
                chunks[-1] = joined
                continue
        chunks.append(piece)
    return chunks


def _pieces(text: str, tokens: TokenCounter, limit: int) -> Iterator[Span]:
    ends = [0, *(found.start() for found in _END.finditer(text)), len(text)]
    waiting = [Span(start, end) for start, end in pairwise(ends)][::-1]
    while waiting:
        piece = _trimmed(text, waiting.pop())
        if piece is None:
            continue
        if tokens.count(text[piece.start : piece.end]) <= limit or piece.end - piece.start == 1:
            yield piece
        else:
            middle = _middle(text, piece)
            waiting += [Span(middle, piece.end), Span(piece.start, middle)]


def _trimmed(text: str, span: Span) -> Span | None:
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    return Span(start, end) if end > start else None


def _middle(text: str, span: Span) -> int:
    """The space nearest to the middle; the middle where there is none."""
    middle = (span.start + span.end) // 2
    spaces = [found.start() for found in re.finditer(r"\s", text[span.start : span.end])]
    if not spaces:
        return middle
    return span.start + min(spaces, key=lambda place: abs(span.start + place - middle))
