"""Sentence encoders: texts to vectors, mean-pooled over all tokens, special ones included."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import InputError
from excerpt.models.card import ModelCard, files_fingerprint
from excerpt.models.protocols import Check, SequenceModel, TokenStates
from excerpt.models.runtime.token_cache import TokenCache
from excerpt.models.runtime.tokenizer import Pieces, Tokenizer
from excerpt.parallel.forks import ForkLock

__all__ = ["SentenceEncoder"]


class SentenceEncoder:
    """A transformer encoder with its tokenizer and pooling.

    A vector is the mean of the token states, ``[CLS]`` and ``[SEP]`` included, as RECOMP and
    sentence-transformers pool (or the first or last state, where a checkpoint's own settings say so), and
    is not normalised. No text is truncated: one of more than ``max_tokens`` tokens is cut into
    windows of equal length, each with its own special tokens, and the windows' vectors are
    averaged, weighted by their tokens. ``tokenizer.count`` says how many tokens texts have.

    Where the card names a prefix for passages, every window of a text is read behind it; its tokens are pooled like
    special ones and stand for no characters. `of_queries` gives the encoder that reads behind the prefix for questions.

    Args:
        model: Runs the token ids.
        tokenizer: Makes them.
        card: The checkpoint's settings.
        files: The files that the vectors depend on, for the fingerprint.
        max_tokens: Window length; default: the card's. May be less, never more.
        cache_texts: Vectors to remember by text, the least recently used given up first; default 0.
    """

    def __init__(
        self,
        model: SequenceModel,
        tokenizer: Tokenizer,
        card: ModelCard,
        *,
        files: Sequence[Path] = (),
        max_tokens: int | None = None,
        cache_texts: int = 0,
    ) -> None:
        if max_tokens is not None and not 3 <= max_tokens <= card.max_tokens:
            message = f"max_tokens is {max_tokens}; {card.name} takes 3 to {card.max_tokens}"
            raise InputError(message)
        self.model = model
        self.tokenizer = tokenizer
        self.card = card
        self.max_tokens = max_tokens or card.max_tokens
        self.prefix = card.passage_prefix
        self._files = tuple(files)
        self._cache: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._cache_texts = cache_texts
        self._last_states: TokenCache[tuple[int, ...], NDArray[np.float32]] = TokenCache()
        self._lock = ForkLock()

    @property
    def name(self) -> str:
        """What the encoder is called."""
        return self.card.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.card.dim

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over the model's files and every setting that changes a vector."""
        settings = ["windows-1", self.card.pooling, str(self.max_tokens), type(self.model).__name__]
        prefixes = (self.prefix, self.card.query_prefix, self.card.passage_prefix)
        settings += [f"prefixes {prefixes}"] if any(prefixes) else []
        return files_fingerprint(settings, self._files)

    def with_model(self, model: SequenceModel) -> "SentenceEncoder":
        """The same settings and tokenizer, with something else that runs the token ids."""
        return self._other(model, self.prefix)

    def with_prefixes(self, query: str, passage: str) -> "SentenceEncoder":
        """The same model behind prefixes that its files do not name; itself where they name any."""
        if self.card.query_prefix or self.card.passage_prefix:
            return self
        other = self._other(self.model, passage)
        other.card = replace(self.card, query_prefix=query, passage_prefix=passage)
        return other

    @cached_property
    def _asked(self) -> "SentenceEncoder":
        return self._other(self.model, self.card.query_prefix)

    def _other(self, model: SequenceModel, prefix: str) -> "SentenceEncoder":
        other = SentenceEncoder(
            model,
            self.tokenizer,
            self.card,
            files=self._files,
            max_tokens=self.max_tokens,
            cache_texts=self._cache_texts,
        )
        other.prefix = prefix
        return other

    def of_queries(self) -> "SentenceEncoder":
        """The same model as it reads questions; itself where questions have no prefix of their own."""
        return self if self.prefix == self.card.query_prefix else self._asked

    def forget(self) -> None:
        """Drop all remembered vectors and states, so that the next call is as dear as the first. For measurements."""
        with self._lock:
            self._cache.clear()
        self._last_states.clear()
        self.tokenizer.forget()
        if self.of_queries() is not self and self.prefix == self.card.passage_prefix:
            self.of_queries().forget()

    def encode(self, texts: Sequence[str], *, check: Check = None) -> NDArray[np.float32]:
        """Float32 ``(n, dim)``, not normalised; equal texts are run once.

        Args:
            texts: Any strings, the empty one included.
            check: Called between sequences; what it raises ends the call.
        """
        vectors = self._remembered(texts)
        wanted = [text for text in dict.fromkeys(texts) if text not in vectors]
        fresh = self._encode(wanted, check)
        self._remember(fresh)
        vectors |= fresh
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.stack([vectors[text] for text in texts])

    def encode_tokens(self, texts: Sequence[str], *, check: Check = None) -> list[TokenStates]:
        """The states of every token, one `TokenStates` a text; the windows of a long text follow each other."""
        framed = self._framed(texts)
        windows = [self._windows(len(piece.ids), len(lead)) for lead, piece in framed]
        flat = [
            self.tokenizer.frame([*lead, *piece.ids[start:end]])
            for (lead, piece), spans in zip(framed, windows, strict=True)
            for start, end in spans
        ]
        states = iter(self._states(flat, check))
        results = []
        for (lead, piece), spans in zip(framed, windows, strict=True):
            hidden = np.concatenate([next(states) for _ in spans])
            before = np.zeros((len(self.tokenizer.prefix) + len(lead), 2), np.int64)
            after = np.zeros((len(self.tokenizer.suffix), 2), np.int64)
            offsets = [part for start, end in spans for part in (before, piece.offsets[start:end], after)]
            results.append(TokenStates(hidden, np.concatenate(offsets)))
        return results

    def _encode(self, texts: Sequence[str], check: Check) -> dict[str, NDArray[np.float32]]:
        if not texts:
            return {}
        # Offsets, which cost time, only where a prefix has to be told from the text.
        framed = (
            [(lead, piece.ids) for lead, piece in self._framed(texts)]
            if self.prefix
            else [((), ids) for ids in self.tokenizer.ids(texts)]
        )
        windows = [self._windows(len(ids), len(lead)) for lead, ids in framed]
        flat = [
            self.tokenizer.frame([*lead, *ids[start:end]])
            for (lead, ids), spans in zip(framed, windows, strict=True)
            for start, end in spans
        ]
        states = self._states(flat, check)
        bounds = [0, *accumulate(len(spans) for spans in windows)]
        pooled = (_pooled(states[start:end], self.card.pooling) for start, end in pairwise(bounds))
        return dict(zip(texts, pooled, strict=True))

    def _framed(self, texts: Sequence[str]) -> list[tuple[Sequence[int], Pieces]]:
        """The ids of the prefix, and each text in pieces, both as they come out of one string."""
        if not self.prefix:
            return [((), piece) for piece in self.tokenizer.pieces(texts)]
        size = len(self.prefix)
        framed: list[tuple[Sequence[int], Pieces]] = []
        for piece in self.tokenizer.pieces([self.prefix + text for text in texts]):
            first = int(np.searchsorted(piece.offsets[:, 0], size))
            own = Pieces(piece.ids[first:], piece.tokens[first:], piece.offsets[first:] - size)
            framed.append((piece.ids[:first], own))
        return framed

    def _states(self, sequences: Sequence[Sequence[int]], check: Check) -> list[NDArray[np.float32]]:
        """The model's states, those of the latest sequences from memory.

        A question, and a passage that is being indexed, are asked for their vector and for their token states: one
        pass gives both. Nobody writes into the arrays.
        """
        keys = list(map(tuple, sequences))
        known = self._last_states.find(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        fresh = dict(zip(missing, self.model.run(missing, check=check) if missing else (), strict=True))
        self._last_states.add(fresh, list(map(len, fresh)))
        known |= fresh
        return [known[key] for key in keys]

    def _windows(self, pieces: int, lead: int) -> list[tuple[int, int]]:
        room = max(1, self.max_tokens - 2 - lead)
        count = max(1, -(-pieces // room))
        bounds = [pieces * index // count for index in range(count + 1)]
        return list(pairwise(bounds))

    def _remembered(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        if not self._cache_texts:
            return {}
        with self._lock:
            known = {text: self._cache[text] for text in texts if text in self._cache}
            for text in known:
                self._cache.move_to_end(text)
        return known

    def _remember(self, fresh: dict[str, NDArray[np.float32]]) -> None:
        if not self._cache_texts:
            return
        with self._lock:
            self._cache |= fresh
            while len(self._cache) > self._cache_texts:
                self._cache.popitem(last=False)


def _pooled(windows: Sequence[NDArray[np.float32]], pooling: str) -> NDArray[np.float32]:
    """One vector from the token states of a text's windows."""
    if pooling == "mean":  # the mean over all tokens is the windows' means weighted by their tokens
        total: NDArray[np.float32] = np.sum(
            [states.sum(axis=0) for states in windows], axis=0, dtype=np.float32
        )
        return total / np.float32(sum(len(states) for states in windows))
    weights = np.array([len(states) for states in windows], dtype=np.float32)
    ones = np.stack([states[0 if pooling == "cls" else -1] for states in windows])
    return np.asarray((ones * weights[:, None]).sum(axis=0) / weights.sum(), dtype=np.float32)
