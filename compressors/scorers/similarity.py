"""How much a unit is worth keeping: the scorers that need no training of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.offsets import Offsets
from excerpt.compressors.units.splitting import split
from excerpt.compressors.units.words import split_words
from excerpt.contracts import EncoderContract, with_defaults
from excerpt.errors import ConfigError, InputError
from excerpt.imports.extras import require
from excerpt.models.card import check_kind
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units
from excerpt.values.vectors import unit_rows

if TYPE_CHECKING:
    from excerpt.models import Encoder, SentenceEncoder
    from excerpt.models.card import HeadKind

__all__ = [
    "RULES_VERSION",
    "Bm25",
    "EmbeddingSimilarity",
    "GivenScores",
    "Position",
    "RandomOrder",
    "Scores",
    "encoder_for",
    "encoder_of",
]

RULES_VERSION = 1
"""Raise it with every change of which sentences are encoded, and how; stored ones of another number are not used
(tests/golden)."""

Similarity: TypeAlias = Literal["cosine", "dot"]
Scores: TypeAlias = NDArray[np.floating]
E = TypeVar("E", bound="Encoder")


def encoder_of(model: "str | Path | E") -> "E | SentenceEncoder":
    """The encoder of a name (bundled, a directory, a hub name), or itself.

    Raises:
        ConfigError: It is neither a name nor an encoder.
        ModelError: The model cannot be found or read.
    """
    if not isinstance(model, str | Path):
        encodes = hasattr(model, "encode") or hasattr(model, "encode_tokens")
        if isinstance(model, type) or not encodes:
            message = f"model: must be a name, a directory or an encoder, got {model!r}"
            raise ConfigError(message)
        return model
    from excerpt.models import load_encoder  # noqa: PLC0415 - scorers without a model need none of it

    return load_encoder(model)


def encoder_for(model: "str | Path | E", kind: "HeadKind") -> "E | SentenceEncoder":
    """`encoder_of`, for a compressor that trains heads of its own.

    Raises:
        ConfigError: As `encoder_of`.
        ModelError: As `encoder_of`, or the model is a head for another compressor.
    """
    encoder = encoder_of(model)
    card = with_defaults(encoder, EncoderContract).card
    if card is not None:
        check_kind(card, kind)
    return encoder


@dataclass(frozen=True)
class EmbeddingSimilarity:
    """Similarity of each unit to the query, each encoded alone.

    Args:
        encoder: A sentence encoder (`excerpt.models.SentenceEncoder`).
        similarity: ``"cosine"`` or ``"dot"``.
        titles: Put the passage's title before each unit, as RECOMP does.
        name: What reports call it.

    Raises:
        ConfigError: There is no such similarity.
    """

    encoder: "Encoder"
    similarity: Similarity = "cosine"
    titles: bool = False
    name: str = "embedding-similarity"

    def __post_init__(self) -> None:
        if self.similarity not in get_args(Similarity):
            message = f'similarity: must be "cosine" or "dot"; got {self.similarity!r}'
            raise ConfigError(message)

    def score(self, context: Context, units: Units) -> Scores:
        """Similarities, float32 ``(n,)``."""
        texts = self._texts(context, units)
        known = self._stored(context, units, texts)
        # Each distinct text once: retrieved passages repeat themselves.
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        computed = self.encoder.encode([context.query, *missing])
        known |= zip(missing, computed[1:], strict=True)
        place = {text: position for position, text in enumerate(dict.fromkeys(texts))}
        vectors = np.stack([computed[0], *(known[text] for text in place)])
        if self.similarity == "cosine":
            vectors = unit_rows(vectors)
        # Row by row rather than as a matrix product, whose rounding depends on how many rows there are.
        distinct = np.einsum("ij,j->i", vectors[1:], vectors[0], optimize=False)
        scores: Scores = distinct[[place[text] for text in texts]]
        return scores

    @property
    def fingerprint(self) -> str:
        """Of the encoder, of what it is shown, and of the splitter and guards that stored sentences come from."""
        rules = f"{Offsets('sentence').fingerprint} {Guards().fingerprint}"
        return f"sentence-vectors-{RULES_VERSION} titles={self.titles} {rules} {self.encoder.fingerprint}"

    @property
    def made_with(self) -> dict[str, str]:
        """What the manifest of an index says of stored vectors."""
        return {
            "encoder": self.encoder.name,
            "encoder_fingerprint": self.encoder.fingerprint,
            "quantization": "none, float32",
        }

    def signals(self, passages: Sequence[Passage]) -> list[Columns]:
        """The sentences of each passage that the default guards leave whole, and their vectors, as columns."""
        context = Context.start("", passages)
        units = split("sentence", context, Guards())
        vectors = self.encoder.encode(self._texts(context, units)).reshape(len(units), self.encoder.dim)
        bounds = np.searchsorted(units.passage, np.arange(len(passages) + 1)).tolist()
        return [
            {
                "start": units.start[first:last].astype(np.int32),
                "end": units.end[first:last].astype(np.int32),
                "vector": vectors[first:last],
            }
            for first, last in pairwise(bounds)
        ]

    def columns(self, signals: Columns) -> Columns:
        """They are columns."""
        return signals

    def restored(self, columns: Columns) -> Columns:
        """They are columns."""
        return columns

    def _texts(self, context: Context, units: Units) -> list[str]:
        texts = units.texts(context.passages)
        if not self.titles:
            return texts
        titles = [context.passages[index].title for index in units.passage.tolist()]
        return [f"{title} {text}" if title else text for title, text in zip(titles, texts, strict=True)]

    def _stored(self, context: Context, units: Units, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that an index knows, by what was encoded."""
        if context.recall is None or units.kind != "sentence":
            return {}
        present = np.unique(units.passage).tolist()
        found = context.recall.stored(self, [context.passages[index] for index in present])
        place = {
            (index, start, end): vector
            for index, columns in zip(present, found, strict=True)
            if columns is not None
            for start, end, vector in zip(
                columns["start"].tolist(), columns["end"].tolist(), columns["vector"], strict=True
            )
        }
        spans = zip(units.passage.tolist(), units.start.tolist(), units.end.tolist(), strict=True)
        return {text: place[span] for text, span in zip(texts, spans, strict=True) if span in place}


@dataclass(frozen=True)
class Bm25:
    """Lexical match of each unit with the query (Robertson's BM25, Lucene's form; by bm25s).

    Args:
        k1: Saturation of term counts.
        b: Strength of length normalisation.
        name: What reports call it.
    """

    k1: float = 0.9
    b: float = 0.4
    name: str = "bm25"

    def score(self, context: Context, units: Units) -> Scores:
        """BM25 scores over the context's own units as the collection, float32 ``(n,)``."""
        bm25s = require("bm25s", extra="index", purpose="the bm25 scorer")
        documents = [_terms(text) for text in units.texts(context.passages)]
        query = sorted(set(_terms(context.query)) & {term for document in documents for term in document})
        if not query:
            return np.zeros(len(units))
        index = bm25s.BM25(k1=self.k1, b=self.b, method="lucene")
        index.index(documents, show_progress=False)
        scores: Scores = index.get_scores(query)
        return scores


def _terms(text: str) -> list[str]:
    words = (text[start:end].casefold() for start, end in split_words(text))
    return [word for word in words if any(map(str.isalnum, word))]


@dataclass(frozen=True)
class Position:
    """Earlier is better: what truncation does.

    Args:
        name: What reports call it.
    """

    name: str = "position"

    def score(self, context: Context, units: Units) -> Scores:  # noqa: ARG002 - the shape of a scorer
        """Minus the unit's place, ``(n,)``."""
        return -np.arange(len(units), dtype=np.float64)


@dataclass(frozen=True)
class RandomOrder:
    """No order at all: the floor that every other scorer must beat.

    Args:
        seed: The same seed and the same number of units give the same order.
        name: What reports call it.
    """

    seed: int = 0
    name: str = "random"

    def score(self, context: Context, units: Units) -> Scores:  # noqa: ARG002 - the shape of a scorer
        """Uniform numbers, ``(n,)``."""
        return np.random.default_rng((self.seed, len(units))).random(len(units))


@dataclass(frozen=True)
class GivenScores:
    """Scores that came with the passages, from a retriever or a reranker.

    Any scale will do that grows with relevance, except fused ranks: reciprocal-rank scores have their
    largest gaps at the top whatever the passages hold.

    Args:
        key: The entry of ``passage.metadata`` that holds the number.
        name: What reports call it.
    """

    key: str = "score"
    name: str = field(default="given-scores")

    def score(self, context: Context, units: Units) -> Scores:
        """The passage's number for each of its units, float64 ``(n,)``.

        Raises:
            InputError: A passage has no number under the key.
        """
        values: list[float] = []
        for index, passage in enumerate(context.passages):
            value = passage.metadata.get(self.key)
            if isinstance(value, bool) or not isinstance(value, int | float | np.number):
                message = f"passages[{index}].metadata[{self.key!r}]: expected a number, got {value!r}"
                raise InputError(message)
            values.append(float(value))
        return _taken(values, units)


def _taken(values: Sequence[float], units: Units) -> Scores:
    return np.asarray(values, dtype=np.float64)[units.passage]
