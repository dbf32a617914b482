"""What the evidence ranker knows of a passage before it knows the question.

One pass of the sentence encoder over a passage gives the states of its tokens; one scan over its
words gives hashed terms and what they look like. Both are plain columns of numbers, so they can be
stored when a corpus is indexed, and nothing else of a passage is needed to rank its records: sentences of
prose, rows of a table, entries of a log, settings. Each record knows its parent, what it must be read with
(`excerpt.compressors.units.structure`).

Token states are kept as int8 with one scale a token. Inner products of such vectors are sums of
integers below 2**24, which float32 holds exactly, so they do not depend on the order of the sum: not
on the matrix library, the number of threads, or what else is in the batch.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.units.offsets import STORED_KINDS
from excerpt.compressors.units.structure import split_records
from excerpt.compressors.units.words import split_words
from excerpt.compressors.vectors.passage_states import RULES as STATE_RULES
from excerpt.compressors.vectors.passage_states import PassageStates, passage_states
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder
    from excerpt.models.protocols import Check

__all__ = [
    "BREAK",
    "CAPITAL",
    "DIGIT",
    "RULES",
    "RULES_VERSION",
    "STOP",
    "YEAR",
    "PassageSignals",
    "Terms",
    "TokenHead",
    "mean_states",
    "models_fingerprint",
    "passage_signals",
    "quantize_vectors",
    "scan_terms",
    "signals_of",
    "token_vectors",
]

RULES_VERSION = 2
"""Raise it with every change of the signals: terms, stems, looks, quantized vectors; stored ones of another number are
not used (tests/golden)."""

RULES = f"evidence-{RULES_VERSION} {STATE_RULES} {STORED_KINDS['word'].rules}"
"""Versions of all rules that signals depend on."""

CAPITAL, DIGIT, YEAR, STOP, BREAK = 1, 2, 4, 8, 16
"""Bits of a term's look: begins with a capital, holds a digit, is a year, is a function word, begins a new cell (what
stands between it and the word before divides fields: a tab, a comma, a colon, a bracket, two spaces)."""

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_DIVIDES = re.compile(
    r"""[\t\n\r\v\f|,;:="<>(){}\[\]\u2013\u2014\u3000-\u303f\uff01-\uff1f\u060c\u061b]|[ ]{2}"""
)
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")
_REMEMBERED_WORD = 64  # characters of the longest word of which the numbers are remembered


class TokenHead(Protocol):
    """Makes short token vectors of an encoder's states (`excerpt.models.tasks.head.StateHead`)."""

    @property
    def fingerprint(self) -> str:
        """Changes with its weights."""

    def read(self, states: NDArray[np.float32], /) -> NDArray[np.float32]:
        """From states ``(t, h)`` to vectors ``(t, dim)``, the same dim for none."""


def models_fingerprint(encoder: "SentenceEncoder", head: TokenHead | None) -> str:
    """What signals depend on beside the passage and the rules: an encoder, and perhaps a head."""
    return encoder.fingerprint if head is None else f"{encoder.fingerprint} {head.fingerprint}"


def token_vectors(head: TokenHead | None, states: NDArray[np.float32]) -> NDArray[np.float32]:
    """What MaxSim compares, ``(t, dim)``: the states themselves, or what a head makes of them."""
    return states if head is None else head.read(states)


class Terms(NamedTuple):
    """The words of a text as columns.

    Attributes:
        hashes: Uint32 ``(w,)``: CRC-32 of the folded and lightly stemmed word.
        start: Int32 ``(w,)``: the word's first character.
        look: Uint8 ``(w,)``: ``CAPITAL | DIGIT | YEAR | STOP | BREAK``.
    """

    hashes: NDArray[np.uint32]
    start: NDArray[np.int32]
    look: NDArray[np.uint8]


class PassageSignals(NamedTuple):
    """Everything question-independent about one passage.

    Attributes:
        tokens: Int8 ``(t, d)``: the direction of each token's vector (`token_vectors`), divided by ``scale``.
        scale: Float32 ``(t,)``: the direction, of length 1, is ``tokens * scale``.
        norm: Float32 ``(t,)``: the length of each token's state; ``(0,)`` where ``tokens`` are a head's vectors.
        start: Int32 ``(t,)``: each token's first character in the passage's text, ascending.
        vector: Int8 ``(1, dim)``: direction of the passage's mean state, title and special tokens included.
        vector_scale: Float32 ``(1,)``.
        records: Int32 ``(s, 2)``: first and last characters of the records.
        parent: Int32 ``(s,)``: the record that each must be read with; -1 for none.
        means: Int8 ``(s, dim)``: direction of each record's mean state, divided by its scale.
        mean_scale: Float32 ``(s,)``.
        terms: The text's words.
        title: The title's words.
    """

    tokens: NDArray[np.int8]
    scale: NDArray[np.float32]
    norm: NDArray[np.float32]
    start: NDArray[np.int32]
    vector: NDArray[np.int8]
    vector_scale: NDArray[np.float32]
    records: NDArray[np.int32]
    parent: NDArray[np.int32]
    means: NDArray[np.int8]
    mean_scale: NDArray[np.float32]
    terms: Terms
    title: Terms

    def columns(self) -> dict[str, NDArray[Any]]:
        """Every array under a name of its own."""
        own = {name: value for name, value in self._asdict().items() if not isinstance(value, Terms)}
        texts = {"terms": self.terms, "title": self.title}
        return own | {
            f"{text}.{name}": value
            for text, terms in texts.items()
            for name, value in terms._asdict().items()
        }

    @classmethod
    def restored(cls, columns: Mapping[str, NDArray[Any]]) -> Self:
        """From what `columns` gave."""
        # Hundreds of these make an answer, so all columns are taken by one call.
        taken = _TAKEN(columns)
        texts = (Terms(*taken[_PLAIN : _PLAIN + 3]), Terms(*taken[_PLAIN + 3 :]))
        return cls._make((*taken[:_PLAIN], *texts))


_PLAIN = len(PassageSignals._fields) - 2  # the fields that are columns themselves
_TAKEN = itemgetter(
    *PassageSignals._fields[:_PLAIN],
    *(f"{text}.{name}" for text in PassageSignals._fields[_PLAIN:] for name in Terms._fields),
)


def mean_states(
    tokens: NDArray[np.int8],
    length: NDArray[np.float32],
    start: NDArray[np.int32],
    spans: NDArray[np.integer],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Directions and scales of the mean token states of pieces of one passage; zero for a piece without a token.

    Args:
        tokens: Int8 ``(t, dim)``: the passage's tokens.
        length: Float32 ``(t,)``: what one of ``tokens`` stands for.
        start: ``(t,)``: the first character of each, ascending.
        spans: ``(n, 2)``: first and last characters of the pieces, sorted and not overlapping.
    """
    sums = np.zeros((len(spans), tokens.shape[1]), dtype=np.float32)
    bounds = np.searchsorted(start, spans).ravel()
    there = np.flatnonzero(bounds[1::2] > bounds[::2])
    if len(there):
        first, last = bounds[::2][there], bounds[1::2][there]
        states = tokens[first[0] : last[-1]].astype(np.float32) * length[first[0] : last[-1], None]
        # Pairs (first, last) as borders; every second sum is that of a piece.
        borders = np.stack([first, last], axis=1).ravel()[:-1] - first[0]
        sums[there] = np.add.reduceat(states, borders, axis=0)[::2]
    whole, scale, _ = quantize_vectors(sums)
    return whole, scale


def quantize_vectors(
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
    words = _words(text)
    numbers = [
        _numbers(word) if len(word) <= _REMEMBERED_WORD else _numbers.__wrapped__(word) for _, word in words
    ]
    table = np.array(numbers, dtype=np.int64).reshape(-1, 2)
    look = table[:, 1].astype(np.uint8)
    look[_breaks(text, words)] |= BREAK
    return Terms(table[:, 0].astype(np.uint32), np.array([start for start, _ in words], dtype=np.int32), look)


# The words of a corpus are mostly words that were there before; 65,536 of them take 10 MB.
@lru_cache(maxsize=65_536)
def _numbers(word: str) -> tuple[int, int]:
    """The hash and the look of a word, but for what stands before it."""
    return crc32(_stem(word.casefold()).encode("utf-8", "surrogatepass")), _look(word)


def _breaks(text: str, words: Sequence[tuple[int, str]]) -> list[int]:
    """The numbers of the words that begin a new cell, the first one not counted."""
    starts = [start for start, _ in words]
    found: list[int] = []
    for match in _DIVIDES.finditer(text):
        number = bisect_right(starts, match.start())
        if not 0 < number < len(words) or found[-1:] == [number]:
            continue
        last = starts[number - 1] + len(words[number - 1][1])
        between = text[last : starts[number]]
        # A digit of another script divides nothing inside a word; "1,234" and "20:42" are one value.
        if match.start() < last or (between in {",", ":"} and _inside_number(text, starts[number])):
            continue
        found.append(number)
    return found


def _inside_number(text: str, start: int) -> bool:
    return text[start].isdigit() and text[start - 2 : start - 1].isdigit()


def _words(text: str) -> list[tuple[int, str]]:
    if not text.isascii() and _SPACELESS.search(text):
        pieces = ((start, text[start:end]) for start, end in split_words(text))
        return [(start, piece) for start, piece in pieces if any(map(str.isalnum, piece))]
    if not _HUMP.search(text):
        return [(match.start(), match[0]) for match in _WORD.finditer(text)]
    words: list[tuple[int, str]] = []
    for match in _WORD.finditer(text):
        word, start = match[0], match.start()
        if word.islower() or word.istitle() or word.isupper() or not _HUMP.search(word):
            words.append((start, word))
            continue
        for part in _HUMP.split(word):
            words.append((start, part))
            start += len(part)
    return words


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
    encoder: "SentenceEncoder",
    passages: Sequence[Passage],
    *,
    head: TokenHead | None = None,
    check: "Check" = None,
    records: Sequence[Columns | None] = (),
) -> list[PassageSignals]:
    """The signals of each passage: one encoder pass over title and text (`passage_states`).

    Args:
        encoder: Gives the token states.
        passages: In any order; a passage's signals do not depend on the others.
        head: Makes the token vectors; None: they are the states.
        check: Called between encoder calls; what it raises ends the pass.
        records: What `excerpt.compressors.units.offsets.Offsets` knows of the records of each passage, None where it is
            to be found; empty where all are.
    """
    states = passage_states(encoder, passages, check=check)
    records = records or [None] * len(passages)
    return [
        signals_of(passage, own, head, records=found)
        for passage, own, found in zip(passages, states, records, strict=True)
    ]


def signals_of(
    passage: Passage,
    states: PassageStates,
    head: TokenHead | None,
    known: PassageSignals | None = None,
    records: Columns | None = None,
) -> PassageSignals:
    """The signals of one passage from its states, or from those of a part of it.

    Args:
        passage: The passage.
        states: All its states, some or none.
        head: As for `passage_signals`.
        known: Signals of the same passage from fewer states, whose records and words are taken.
        records: The records' places, where they are known without such signals.
    """
    tokens, scale, norm = quantize_vectors(states.hidden)
    first = states.offsets[:, 0].astype(np.int32)
    if known is None:
        spans, parent = _records(passage.text) if records is None else _stored_records(records)
        terms, title = scan_terms(passage.text), scan_terms(passage.title)
    else:
        spans, parent, terms, title = known.records, known.parent, known.terms, known.title
    means, mean_scale = mean_states(tokens, scale * norm, first, spans)
    whole, whole_scale, _ = quantize_vectors(states.mean[None, :])
    if head is not None:
        tokens, scale, _ = quantize_vectors(head.read(states.hidden))
        norm = norm[:0]
    return PassageSignals(
        tokens, scale, norm, first, whole, whole_scale, spans, parent, means, mean_scale, terms, title
    )


def _records(text: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last characters of the records of a text, ``(s, 2)``, and their parents, ``(s,)``."""
    pieces = np.array(split_records(text), dtype=np.int32).reshape(-1, 3)
    return pieces[:, :2].copy(), pieces[:, 2].copy()


def _stored_records(columns: Columns) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return np.stack([columns["start"], columns["end"]], axis=1), columns["parent"].copy()
