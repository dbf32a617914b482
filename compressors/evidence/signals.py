"""What the evidence ranker knows of a passage before it knows the question.

One pass of the sentence encoder over a passage gives the states of its tokens; one scan over its
words gives hashed terms and what they look like. Both are plain columns of numbers, so they can be
stored when a corpus is indexed, and nothing else of a passage is needed to rank its sentences.

Token states are kept as int8 with one scale a token. Inner products of such vectors are sums of
integers below 2**24, which float32 holds exactly, so they do not depend on the order of the sum: not
on the matrix library, the number of threads, or what else is in the batch.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from winnow.compressors.evidence.stop_terms import STOP_TERMS
from winnow.compressors.sentences import split_sentences
from winnow.compressors.words import split_words
from winnow.models.protocols import TokenStates
from winnow.types import Passage

if TYPE_CHECKING:
    from winnow.models import SentenceEncoder
    from winnow.models.protocols import Check

__all__ = [
    "CAPITAL",
    "DIGIT",
    "STOP",
    "YEAR",
    "PassageSignals",
    "Terms",
    "passage_signals",
    "quantise",
    "scan_terms",
]

CAPITAL, DIGIT, YEAR, STOP = 1, 2, 4, 8
"""Bits of a term's look: begins with a capital, holds a digit, is a year, is a function word."""

_WINDOW = 256  # tokens seen at once, special ones and the title included
_TITLE_CHARACTERS = 200
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_BRACKETS = re.compile(r"(?<=\S)\s*\([^()]*\)\s*$")
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


class Terms(NamedTuple):
    """The words of a text as columns.

    Attributes:
        hashes: Uint32 ``(w,)``: CRC-32 of the folded and lightly stemmed word.
        start: Int32 ``(w,)``: the word's first character.
        look: Uint8 ``(w,)``: ``CAPITAL | DIGIT | YEAR | STOP``.
    """

    hashes: NDArray[np.uint32]
    start: NDArray[np.int32]
    look: NDArray[np.uint8]


class PassageSignals(NamedTuple):
    """Everything question-independent about one passage.

    Attributes:
        tokens: Int8 ``(t, dim)``: the direction of each token's state, divided by ``scale``.
        scale: Float32 ``(t,)``: the direction, of length 1, is ``tokens * scale``.
        norm: Float32 ``(t,)``: the length of each token's state.
        start: Int32 ``(t,)``: each token's first character in the passage's text, ascending.
        vector: Float32 ``(dim,)``: the mean state of the passage, title and special tokens included.
        terms: The text's words.
        title: The title's words, without what stands in brackets at its end: "Change (film)" is named
            by "Change".
    """

    tokens: NDArray[np.int8]
    scale: NDArray[np.float32]
    norm: NDArray[np.float32]
    start: NDArray[np.int32]
    vector: NDArray[np.float32]
    terms: Terms
    title: Terms


def quantise(
    vectors: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]:
    """Directions as int8, their scales, and the vectors' lengths; zero vectors stay zero.

    Args:
        vectors: Float32 ``(n, dim)``.
    """
    norm = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, optimize=False))
    peak = np.abs(vectors).max(axis=1, initial=0.0)
    whole = np.rint(vectors * (127.0 / np.maximum(peak, 1e-12))[:, None]).astype(np.int8)
    scale = (peak / (127.0 * np.maximum(norm, 1e-12))).astype(np.float32)
    return whole, scale, norm.astype(np.float32)


def scan_terms(text: str) -> Terms:
    """The words of a text: runs of letters and digits, joined identifiers taken apart."""
    found = [(word, start) for start, word in _words(text)]
    hashes = np.array(
        [crc32(_stem(word.casefold()).encode("utf-8", "surrogatepass")) for word, _ in found], np.uint32
    )
    look = np.array([_look(word) for word, _ in found], dtype=np.uint8)
    return Terms(hashes, np.array([start for _, start in found], dtype=np.int32), look)


def _words(text: str) -> list[tuple[int, str]]:
    if not text.isascii() and _SPACELESS.search(text):
        pieces = ((start, text[start:end]) for start, end in split_words(text))
        return [(start, piece) for start, piece in pieces if any(map(str.isalnum, piece))]
    found: list[tuple[int, str]] = []
    for match in _WORD.finditer(text):
        word, start = match[0], match.start()
        if word.islower() or word.istitle() or word.isupper() or not _HUMP.search(word):
            found.append((start, word))
            continue
        for part in _HUMP.split(word):
            found.append((start, part))
            start += len(part)
    return found


def _look(word: str) -> int:
    digit = any(map(str.isdigit, word))
    look = CAPITAL if word[0].isupper() else 0
    if digit:
        look |= DIGIT | (YEAR if _YEAR.fullmatch(word) else 0)
    return look | (STOP if word.casefold() in STOP_TERMS else 0)


def _stem(word: str) -> str:
    """Harman's S-stemmer and the commonest verb endings; other languages lose at most a final s."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 4 and word.endswith("ed"):
        return word[:-2]
    return word[:-1] if len(word) > 4 and word[-1] == "e" else word


def passage_signals(
    encoder: "SentenceEncoder", passages: Sequence[Passage], *, check: "Check" = None
) -> list[PassageSignals]:
    """The signals of each passage: one encoder pass over title and text.

    A passage longer than the encoder's window is cut into windows of about equal length at
    sentence borders, each with the title before it.

    Args:
        encoder: Gives the token states.
        passages: In any order; a passage's signals do not depend on the others.
        check: Called between encoder calls; what it raises ends the pass.
    """
    windows = [_windows(encoder, passage) for passage in passages]
    prefixes = [_prefix(passage) for passage in passages]
    texts = [
        prefix + passage.text[start:end]
        for passage, prefix, of_one in zip(passages, prefixes, windows, strict=True)
        for start, end in of_one
    ]
    states = iter(encoder.encode_tokens(texts, check=check))
    found = []
    for passage, prefix, of_one in zip(passages, prefixes, windows, strict=True):
        moves = [start - len(prefix) for start, _ in of_one]
        joined = _joined([next(states) for _ in of_one], moves, len(prefix), encoder.dim)
        found.append(from_states(passage, *joined))
    return found


def _joined(
    parts: Sequence[TokenStates], moves: Sequence[int], prefix: int, dim: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """The text's token states of all windows, where each token begins, and the mean of all states."""
    states = [np.zeros((0, dim), dtype=np.float32)]
    start = [np.zeros(0, dtype=np.int64)]
    total, count = np.zeros(dim, dtype=np.float32), 0
    for part, move in zip(parts, moves, strict=True):
        body = (part.offsets[:, 1] > part.offsets[:, 0]) & (part.offsets[:, 0] >= prefix)
        states.append(part.hidden[body])
        start.append(part.offsets[body, 0] + move)
        total += part.hidden.sum(axis=0)
        count += len(part.hidden)
    mean: NDArray[np.float32] = total / np.float32(max(count, 1))
    return np.concatenate(states), np.concatenate(start), mean


def from_states(
    passage: Passage, states: NDArray[np.float32], start: NDArray[np.int64], vector: NDArray[np.float32]
) -> PassageSignals:
    """Signals from token states that are there already.

    Args:
        passage: Whose they are.
        states: Float32 ``(t, dim)``: the tokens of the text, without title and special tokens.
        start: ``(t,)``: the first character of each.
        vector: Float32 ``(dim,)``: the passage's mean state.
    """
    tokens, scale, norm = quantise(states)
    return PassageSignals(
        tokens,
        scale,
        norm,
        start.astype(np.int32),
        vector,
        scan_terms(passage.text),
        scan_terms(passage.title),
    )


def _prefix(passage: Passage) -> str:
    return passage.title[:_TITLE_CHARACTERS] + "\n" if passage.title else ""


def _windows(encoder: "SentenceEncoder", passage: Passage) -> list[tuple[int, int]]:
    """Where to cut the text: at sentence borders, in as few windows as hold it."""
    sentences = split_sentences(passage.text)
    if not sentences:
        return []
    title, body = encoder.tokenizer.pieces([_prefix(passage), passage.text])
    limit = min(_WINDOW, encoder.max_tokens)
    room = max(limit // 4, limit - 2 - len(title.ids))
    ends = np.searchsorted(body.offsets[:, 0], [end for _, end in sentences]).tolist()
    target = ends[-1] / max(1, -(-ends[-1] // room))
    windows: list[tuple[int, int]] = []
    first = begun = 0
    for index, end in enumerate(ends):
        following = ends[index + 1] if index + 1 < len(ends) else None
        if following is None or following - begun > room or end - begun >= target:
            windows.append((sentences[first].start, sentences[index].end))
            first, begun = index + 1, end
    return windows
