"""A tokenizer as the public llmlingua package sees it: pieces are strings, families are two.

Used by `excerpt.compressors.upstream.llmlingua2` only.
"""

import copy
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.values.spans import Span

__all__ = ["Origin", "UpstreamPieces", "place", "trace"]

_PLACEHOLDERS = tuple(f"[NEW{number}]" for number in range(100))
_IS_PLACEHOLDER = re.compile(r"\[NEW\d+\]")


class UpstreamPieces:
    """The tokenizer of a checkpoint with the package's 100 placeholder tokens added.

    Args:
        tokenizer: A ``tokenizers.Tokenizer``; it is copied.

    Raises:
        ModelError: Its model is neither WordPiece nor Unigram: the package knows no other.
    """

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - the library ships no complete stubs
        kind = type(tokenizer.model).__name__
        if kind not in {"WordPiece", "Unigram"}:
            message = (
                f'compat="upstream" reproduces llmlingua 0.2.2, which knows WordPiece and Unigram tokenizers; '
                f"this checkpoint has {kind}; leave compat out"
            )
            raise ModelError(message)
        self._wordpiece = kind == "WordPiece"
        self._tokenizer = copy.deepcopy(tokenizer)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.special = frozenset(
            token.content
            for token in self._tokenizer.get_added_tokens_decoder().values()
            if token.special and not _IS_PLACEHOLDER.fullmatch(token.content)
        )
        self._tokenizer.add_special_tokens(list(_PLACEHOLDERS))
        self._unknown = self._tokenizer.token_to_id("[UNK]" if self._wordpiece else "<unk>")

    def placeholders(self, force_tokens: Sequence[str]) -> dict[str, str]:
        """The force tokens that are not one piece, with the placeholder of each by its position."""
        return {
            token: _PLACEHOLDERS[index]
            for index, token in enumerate(force_tokens)
            if len(self.read(token)[0]) != 1
        }

    def read(self, text: str) -> tuple[list[str], list[Span]]:
        """Pieces as they stand (an unknown one as its own characters) and where they stand."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.tokens, [Span(*offsets) for offsets in encoding.offsets]

    def ids(self, pieces: Sequence[str]) -> list[int]:
        """Ids, the unknown one where there is none: so ``[CLS]`` becomes ``<unk>`` for XLM-R."""
        identities = (self._tokenizer.token_to_id(piece) for piece in pieces)
        return [self._unknown if identity is None else identity for identity in identities]

    def shown(self, identity: int) -> str:
        """The piece of an id."""
        return str(self._tokenizer.id_to_token(identity))

    def join(self, pieces: Sequence[str]) -> str:
        """A string from pieces, by the tokenizer's own rules."""
        return str(self._tokenizer.decoder.decode(list(pieces)))

    def starts_word(self, piece: str, forced: frozenset[str]) -> bool:
        """Whether a new word begins here; a run such as ``()`` counts if it is in ASCII's own order."""
        if self._wordpiece:
            return piece.lstrip("#") in forced or not piece.startswith("##")
        return piece in string.punctuation or piece in forced or piece.startswith("▁")

    def bare(self, piece: str) -> str:
        """The piece without its marker (and without the text's own ``#``, for WordPiece)."""
        return piece.lstrip("#" if self._wordpiece else "▁")

    def listed(self, word: str) -> str:
        """A word as the list of labels shows it."""
        return word if self._wordpiece else word.lstrip("▁")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where each character of a text with placeholders came from.

    Args:
        start: First original character of each character, int64 ``(n,)``.
        end: One past the last, int64 ``(n,)``.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def span(self, span: Span) -> Span:
        """A span of the replaced text as one of the original."""
        if span.end <= span.start:
            return Span(0, 0)
        return Span(int(self.start[span.start]), int(self.end[span.end - 1]))


def place(text: str, placeholders: Mapping[str, str]) -> tuple[str, Origin]:
    """Replace strings one after the other, as ``str.replace`` does, and remember where all came from."""
    start = np.arange(len(text), dtype=np.int64)
    end = start + 1
    for original, placeholder in placeholders.items():
        matches = [match.span() for match in re.finditer(re.escape(original), text)]
        for at, stop in reversed(matches):
            size = len(placeholder)
            first, last = start[at], end[stop - 1]
            start = np.concatenate([start[:at], np.full(size, first), start[stop:]])
            end = np.concatenate([end[:at], np.full(size, last), end[stop:]])
        text = text.replace(original, placeholder)
    return text, Origin(start, end)


def trace(pieces: Sequence[str], spans: Sequence[Span], read_again: Sequence[str]) -> list[Span | None]:
    """Spans for the pieces of a string that was made from ``pieces`` and read again.

    Mostly the two lists are equal; where they differ, the longest common runs are paired and the
    rest has no span.
    """
    known: list[Span | None] = [span if span.end > span.start else None for span in spans]
    if list(pieces) == list(read_again):
        return known
    traced: list[Span | None] = [None] * len(read_again)
    for block in SequenceMatcher(None, pieces, read_again, autojunk=False).get_matching_blocks():
        traced[block.b : block.b + block.size] = known[block.a : block.a + block.size]
    return traced
