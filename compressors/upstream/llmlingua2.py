"""LLMLingua-2 exactly as the public package ``llmlingua`` 0.2.2 computes it, faults included.

For comparing with published numbers and for moving over step by step; `LLMLingua2` is what to use.
Kept on purpose, because they decide labels:

- chunks of up to 511 pieces go through a string and are cut to 512 with their two specials, so text
  at the end of a chunk can be lost;
- ``[CLS]`` and ``[SEP]`` are used for every family, which an XLM-R vocabulary reads as ``<unk>``
  (issue 181 of microsoft/LLMLingua);
- the quantile is taken in each chunk, over words repeated by their reader tokens, the ``▁`` marker
  counted, and ``int()`` truncates the percentage;
- pieces without a vocabulary entry vanish; digits are protected piece by piece, before averaging;
- the coarse filter gives a continuation piece the probability of its word's first piece.

Where the package raises (no words at all, rate 0, a text that begins with a continuation), this keeps
nothing, goes on, or says what is wrong. It does not seed random generators, run remote code, or look
at the model's name: the family comes from the tokenizer.

Pan et al. 2024, "LLMLingua-2: Data Distillation for Efficient and Faithful Task-Agnostic Prompt
Compression"; https://github.com/microsoft/LLMLingua (MIT), version 0.2.2. Written from its behaviour.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.upstream.pieces import UpstreamPieces, place, trace
from excerpt.errors import InputError
from excerpt.values.spans import Span

__all__ = [
    "ChunkClassifier",
    "UpstreamOptions",
    "UpstreamResult",
    "UpstreamWord",
    "compress_like_upstream",
]

_WINDOW = 512
_MAX_FORCE_TOKENS = 100
_CRUDE_WORD = re.compile(r'\b\w+\b|[<>=/!@#$%^&*()?":{}|\\`~;_+-]')
_DIGIT = re.compile(r"\d")


class ChunkClassifier(Protocol):
    """What gives the probabilities, for example `excerpt.models.TokenClassifier`."""

    def keep_probabilities(self, sequences: Sequence[Sequence[int]], /) -> list[NDArray[np.float32]]:
        """One float32 array ``(t,)`` for each sequence of ``t`` ids, which has its specials already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamOptions:
    """The knobs of the package's ``compress_prompt_llmlingua2``, with its names and defaults.

    The package's other door, ``compress_prompt``, passes ``use_context_level_filter=True``.
    """

    rate: float = 0.5
    target_token: int = -1
    use_context_level_filter: bool = False
    use_token_level_filter: bool = True
    target_context: int = -1
    context_level_rate: float = 1.0
    context_level_target_token: int = -1
    force_context_ids: tuple[int, ...] = ()
    token_to_word: Literal["mean", "first"] = "mean"  # noqa: S105 - not a password
    force_tokens: tuple[str, ...] = ()
    force_reserve_digit: bool = False
    drop_consecutive: bool = False
    chunk_end_tokens: tuple[str, ...] = (".", "\n")

    def __post_init__(self) -> None:
        if self.rate <= 0:
            message = f"rate: the share kept must be above 0; got {self.rate!r}"
            raise InputError(message)
        if len(self.force_tokens) > _MAX_FORCE_TOKENS or "" in self.force_tokens:
            message = (
                f"force_tokens: at most {_MAX_FORCE_TOKENS}, none of them empty; got {self.force_tokens!r}"
            )
            raise InputError(message)
        if self.token_to_word not in ("mean", "first"):
            message = f'token_to_word: must be "mean" or "first"; got {self.token_to_word!r}'
            raise InputError(message)


class UpstreamWord(NamedTuple):
    """One word as the package lists it.

    Args:
        text: The word; differs from the source where the tokenizer normalises.
        label: 1 for kept, 0 for dropped.
        context: Index of its context.
        span: Where it stands in that context; None where the detour through strings lost it.
    """

    text: str
    label: int
    context: int
    span: Span | None


@dataclass(frozen=True, slots=True)
class UpstreamResult:
    """What the package returns.

    Args:
        texts: The compressed text of every context that the coarse filter kept.
        words: Every word of every context; those of filtered contexts have label 0.
    """

    texts: tuple[str, ...]
    words: tuple[UpstreamWord, ...]

    @property
    def text(self) -> str:
        """The compressed prompt."""
        return "\n\n".join(self.texts)


@dataclass(slots=True)
class _Word:
    """A word while it is put together: its text still has the ``▁`` marker."""

    text: str
    probabilities: list[float]
    unforced: list[float]
    span: Span | None

    def probability(self, mode: str) -> float:
        # The builtin sum, in order, over NumPy float32 scalars: another order rounds differently.
        return self.probabilities[0] if mode == "first" else sum(self.probabilities) / len(self.probabilities)

    def unforced_probability(self, mode: str) -> float:
        return self.unforced[0] if mode == "first" else sum(self.unforced) / len(self.unforced)


class _Chunk(NamedTuple):
    """A stretch of one context that goes through the model as a string of its own."""

    context: int
    text: str
    pieces: list[str]
    spans: list[Span]


def compress_like_upstream(
    contexts: Sequence[str],
    classifier: ChunkClassifier,
    pieces: UpstreamPieces,
    *,
    count_tokens: Callable[[str], int],
    options: UpstreamOptions | None = None,
) -> UpstreamResult:
    """Compress contexts as ``llmlingua`` 0.2.2 does: the same words, the same labels, the same text.

    Args:
        contexts: The texts.
        classifier: Gives each piece's probability of being kept. For labels equal to the last bit
            the floats must be equal too: `excerpt.compressors.upstream.padded_batches` runs the package's own batches.
        pieces: The checkpoint's tokenizer.
        count_tokens: Counts reader tokens; the package uses tiktoken's ``cl100k_base``.
        options: The package's knobs; None for its defaults.
    """
    return _Run(classifier, pieces, count_tokens, options or UpstreamOptions()).compress(contexts)


class _Run:
    """One call: the options and what follows from them."""

    def __init__(
        self,
        classifier: ChunkClassifier,
        pieces: UpstreamPieces,
        count_tokens: Callable[[str], int],
        options: UpstreamOptions,
    ) -> None:
        self.classifier, self.pieces, self.count, self.options = classifier, pieces, count_tokens, options
        self.placeholders = pieces.placeholders(options.force_tokens)
        self.forced = frozenset(options.force_tokens) | frozenset(self.placeholders.values())
        ends = (self.placeholders[end] for end in options.chunk_end_tokens if end in self.placeholders)
        self.chunk_ends = frozenset((*options.chunk_end_tokens, *ends))

    def compress(self, contexts: Sequence[str]) -> UpstreamResult:
        options = self.options
        chunks = [self._cut(index, text) for index, text in enumerate(contexts)]
        tokens = sum(self.count(text) for text in contexts)
        if options.use_context_level_filter and len(contexts) > 1:
            return self._coarse_then_fine(chunks, tokens)
        rate = (
            min(options.target_token / tokens, 1.0) if options.target_token > 0 and tokens else options.rate
        )
        texts, words = self._fine(chunks, rate)
        return UpstreamResult(tuple(texts), tuple(word for context_words in words for word in context_words))

    def _coarse_then_fine(self, chunks: list[list[_Chunk]], tokens: int) -> UpstreamResult:
        listed, kept = self._coarse(chunks, self._context_rate(len(chunks), tokens))
        reserved = [chunks[index] for index in kept]
        rate = self.options.rate
        if self.options.target_token >= 0:
            # Counted on the chunks' strings, placeholders included.
            left = sum(self.count(chunk.text) for context_chunks in reserved for chunk in context_chunks)
            rate = min(self.options.target_token / left, 1.0) if left else 1.0
        texts, words = self._fine(reserved, rate)
        for index, context_words in zip(kept, words, strict=True):
            listed[index] = context_words
        return UpstreamResult(tuple(texts), tuple(word for context_words in listed for word in context_words))

    def _context_rate(self, contexts: int, tokens: int) -> float:
        options = self.options
        share, limit = options.context_level_rate, options.context_level_target_token
        if options.target_context <= 0 and share >= 1.0 and limit <= 0:
            fine = options.use_token_level_filter
            if options.target_token < 0 and options.rate < 1.0:
                share = (options.rate + 1.0) / 2 if fine else options.rate
            if options.target_token >= 0:
                limit = options.target_token * 2 if fine else options.target_token
        if options.target_context >= 0:
            share = min(options.target_context / contexts, 1.0)
        if limit >= 0 and tokens:
            share = min(limit / tokens, 1.0)
        return share

    def _coarse(self, chunks: list[list[_Chunk]], share: float) -> tuple[list[list[UpstreamWord]], list[int]]:
        """All words labelled 0, and the contexts to go on with."""
        mode = self.options.token_to_word
        scored = self._words(chunks)
        means: list[float] = []
        for chunk_words in scored:
            values = [word.unforced_probability(mode) for words in chunk_words for word in words]
            means.append(sum(values) / len(values) if values else 0.0)
        threshold = np.percentile(means, int(100 * (1 - share)))
        forced = self.options.force_context_ids
        kept = [index for index, mean in enumerate(means) if mean >= threshold or index in forced]
        listed = [
            [self._shown(word, 0, index) for words in chunk_words for word in words]
            for index, chunk_words in enumerate(scored)
        ]
        return listed, kept

    def _fine(self, chunks: list[list[_Chunk]], rate: float) -> tuple[list[str], list[list[UpstreamWord]]]:
        reduce_rate = max(0, 1 - rate) if self.options.use_token_level_filter else 0
        if reduce_rate <= 0:
            return self._everything(chunks)
        texts: list[str] = []
        listed: list[list[UpstreamWord]] = []
        for context_chunks, scored in zip(chunks, self._words(chunks), strict=True):
            text = ""
            shown: list[UpstreamWord] = []
            for chunk, words in zip(context_chunks, scored, strict=True):
                labels = self._labels(words, reduce_rate)
                text += self.pieces.join(
                    [word.text for word, keep in zip(words, labels, strict=True) if keep]
                )
                shown += [
                    self._shown(word, keep, chunk.context) for word, keep in zip(words, labels, strict=True)
                ]
            texts.append(text)
            listed.append(shown)
        return texts, listed

    def _everything(self, chunks: list[list[_Chunk]]) -> tuple[list[str], list[list[UpstreamWord]]]:
        texts: list[str] = []
        listed: list[list[UpstreamWord]] = []
        for context_chunks in chunks:
            plain = [self._restored(chunk.text) for chunk in context_chunks]
            words = [word for text in plain for word in _CRUDE_WORD.findall(text)]
            texts.append("".join(plain))
            listed.append([UpstreamWord(word, 1, context_chunks[0].context, None) for word in words])
        return texts, listed

    def _cut(self, context: int, text: str) -> list[_Chunk]:
        replaced, origin = place(text, self.placeholders)
        pieces, spans = self.pieces.read(replaced)
        bounds = [0]
        while bounds[-1] < len(pieces):
            bounds.append(self._chunk_end(pieces, bounds[-1]))
        return [
            _Chunk(context, self.pieces.join(pieces[start:end]), pieces[start:end],
                   [origin.span(span) for span in spans[start:end]])
            for start, end in pairwise(bounds)
        ]  # fmt: skip

    def _chunk_end(self, pieces: Sequence[str], start: int) -> int:
        last = start + _WINDOW - 2
        if last > len(pieces) - 1:
            return len(pieces)
        return next((at for at in range(last, start, -1) if pieces[at] in self.chunk_ends), last) + 1

    def _words(self, chunks: list[list[_Chunk]]) -> list[list[list[_Word]]]:
        """Words of each chunk of each context; one call of the model's door for all of them."""
        flat = [chunk for context_chunks in chunks for chunk in context_chunks]
        read = [self.pieces.read(chunk.text)[0] for chunk in flat]
        framed = [["[CLS]", *pieces, "[SEP]"][:_WINDOW] for pieces in read]
        rows = [self.pieces.ids(pieces) for pieces in framed]
        probabilities = self.classifier.keep_probabilities(rows)
        merged = iter(
            self._merge(chunk, pieces, frame, row, scores)
            for chunk, pieces, frame, row, scores in zip(flat, read, framed, rows, probabilities, strict=True)
        )
        return [[next(merged) for _ in context_chunks] for context_chunks in chunks]

    def _merge(
        self, chunk: _Chunk, read: list[str], frame: list[str], row: list[int], scores: NDArray[np.float32]
    ) -> list[_Word]:
        spans = [None, *trace(chunk.pieces, chunk.spans, read), None]
        words: list[_Word] = []
        for given, identity, score, span in zip(frame, row, scores, spans, strict=False):
            piece = self.pieces.shown(identity)
            if given == "[PAD]" or piece in self.pieces.special:
                continue
            bare = self.pieces.bare(piece)
            if words and not self.pieces.starts_word(piece, self.forced):
                word = words[-1]
                word.text += bare
                word.probabilities.append(self._protected(piece, score))
                word.unforced.append(word.unforced[0])
                word.span = _cover(word.span, span)
            else:
                text = self._restored(piece)
                forced = 1.0 if bare in self.forced else score
                words.append(_Word(text, [self._protected(text, forced)], [score], span))
        return words

    def _protected(self, piece: str, probability: float) -> float:
        return 1.0 if self.options.force_reserve_digit and _DIGIT.search(piece) else probability

    def _labels(self, words: list[_Word], reduce_rate: float) -> list[int]:
        """Keep what is above the quantile of the words' probabilities, repeated by reader tokens."""
        values = [word.probability(self.options.token_to_word) for word in words]
        if self.options.drop_consecutive and words:
            self._zero_repeats(words, values, reduce_rate)
        repeated = [
            value for word, value in zip(words, values, strict=True) for _ in range(self.count(word.text))
        ]
        if not repeated:
            return [0] * len(words)
        # A list and not an array: NumPy interpolates in float32 when no value was forced to 1.0.
        threshold = np.percentile(repeated, min(int(100 * reduce_rate + 1), 100))
        labels: list[int] = []
        last: str | None = None
        for word, value in zip(words, values, strict=True):
            keep = value > threshold or (threshold == 1.0 and value == threshold)
            if (
                keep
                and self.options.drop_consecutive
                and word.text in self.options.force_tokens
                and word.text == last
            ):
                keep = False
            labels.append(int(keep))
            last = word.text if keep else last
        return labels

    def _zero_repeats(self, words: list[_Word], values: list[float], reduce_rate: float) -> None:
        """Give 0 to a force token that repeats the one before with nothing worth keeping in between."""
        threshold = np.percentile(values, int(100 * reduce_rate))
        between = False
        before: str | None = None
        for index, word in enumerate(words):
            if word.text in self.options.force_tokens:
                if not between and word.text == before:
                    values[index] = 0.0
                between = False
                before = word.text
            else:
                between = between or bool(values[index] > threshold)

    def _restored(self, text: str) -> str:
        for original, placeholder in self.placeholders.items():
            text = text.replace(placeholder, original)
        return text

    def _shown(self, word: _Word, label: int, context: int) -> UpstreamWord:
        return UpstreamWord(self.pieces.listed(word.text), label, context, word.span)


def _cover(left: Span | None, right: Span | None) -> Span | None:
    if left is None or right is None:
        return left or right
    return Span(min(left.start, right.start), max(left.end, right.end))
