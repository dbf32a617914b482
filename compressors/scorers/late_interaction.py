"""Late interaction: each question token finds its best match among the tokens of a sentence (ColBERT's MaxSim).

Khattab and Zaharia 2020, arXiv:2004.12832, with sentences in the place of documents and vectors of few
dimensions at one byte each. A passage is read once, without the question, so its vectors can be stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.evidence.quantized import quantize_vectors
from excerpt.compressors.vectors.encoders import encoder_for, of_queries
from excerpt.compressors.vectors.integer_products import inner_products
from excerpt.compressors.vectors.passage_states import RULES, passage_states
from excerpt.values.stored import Columns
from excerpt.values.types import Context, Passage, Units, UnitVectors

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = ["RULES_VERSION", "MaxSim", "TokenVectors", "cosines", "late_interaction"]

RULES_VERSION = 1
"""Raise it with every change of the token vectors; stored ones of another number are not used (tests/golden)."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """The tokens of one passage.

    Args:
        vectors: Int8 ``(t, dim)``: the direction of each token, as whole numbers of any length.
        offsets: Int32 ``(t, 2)``: the characters of the text that each token stands for, ascending.
    """

    vectors: NDArray[np.int8]
    offsets: NDArray[np.int32]


@dataclass(frozen=True)
class MaxSim:
    """Mean over the question's tokens of the best cosine with a token of the sentence.

    A question token counts by the length of its vector: the bundled head writes there how much the token matters.
    The passage's own MaxSim is added, since a sentence of a passage on the subject may do without naming it.

    Vectors are whole numbers of one byte, and inner products of them sums below 2**24, which float32 holds
    exactly: scores do not depend on the matrix library, on threads, or on what else is scored.

    Args:
        encoder: Gives the token vectors.
        passage_share: What the passage counts beside the sentence.
    """

    encoder: "SentenceEncoder"
    passage_share: float = 0.4
    name: ClassVar[str] = "late-interaction"

    def __post_init__(self) -> None:
        check_number(self.passage_share, "late-interaction: passage_share", least=0)

    @property
    def fingerprint(self) -> str:
        """Versions of the rules, and the encoder with its head: stored signals of others do not fit."""
        return f"late-interaction-{RULES_VERSION} {RULES} {self.encoder.fingerprint}"

    def signals(self, passages: Sequence[Passage]) -> list[TokenVectors]:
        """The token vectors of each passage, one encoder pass over title and text."""
        return [
            TokenVectors(quantize_vectors(states.hidden)[0], states.offsets.astype(np.int32))
            for states in passage_states(self.encoder, passages)
        ]

    def columns(self, signals: TokenVectors) -> Columns:
        """One passage's token vectors as arrays, for storing."""
        return {"vectors": signals.vectors, "offsets": signals.offsets}

    def restored(self, columns: Columns) -> TokenVectors:
        """The token vectors that ``columns`` were made of."""
        return TokenVectors(columns["vectors"], columns["offsets"])

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores of about -1 to 1, float64 ``(n,)``."""
        if len(units) == 0:
            return np.zeros(0)
        return self.score_with_vectors(context, units)[0]

    def score_with_vectors(
        self, context: Context, units: Units
    ) -> tuple[NDArray[np.float64], Callable[[], UnitVectors]]:
        """The scores, and what gives the mean direction of each unit's tokens."""
        present, own = units.by_present()
        signals = context.signals(self, present)
        return self.rank(context.query, signals, own), lambda: UnitVectors(_means(signals, own))

    def rank(self, query: str, signals: Sequence[TokenVectors], units: Units) -> NDArray[np.float64]:
        """The scores of ``score`` from signals that are there already, float64 ``(n,)``.

        Args:
            query: The question.
            signals: One for each passage that ``units.passage`` counts.
            units: The candidates.
        """
        if len(units) == 0:
            return np.zeros(0)
        asked, weight = self._question(query)
        best = _best(signals, units, asked)
        begins = np.flatnonzero(np.r_[True, np.diff(units.passage) != 0])
        around = np.maximum.reduceat(best, begins, axis=0)
        group = np.cumsum(np.r_[0, np.diff(units.passage) != 0])
        # Row by row, not as a matrix product, whose rounding depends on how many rows there are.
        own, shared = ((rows * weight).sum(axis=1, dtype=np.float64) for rows in (best, around))
        scores: NDArray[np.float64] = (own + self.passage_share * shared[group]) / (1 + self.passage_share)
        return scores

    def _question(self, query: str) -> tuple[NDArray[np.int8], Floats]:
        """Vectors of the question's tokens ``(q, dim)``, and their weights ``(q,)``, which sum to 1."""
        states = of_queries(self.encoder).encode_tokens([query])[0]
        body = states.hidden[states.offsets[:, 1] > states.offsets[:, 0]]
        vectors, _, length = quantize_vectors(body)
        return vectors, length / np.maximum(length.sum(dtype=np.float32), np.float32(1e-12))


def _best(signals: Sequence[TokenVectors], units: Units, asked: NDArray[np.int8]) -> Floats:
    """The best cosine of each question token with a token of each unit, ``(n, q)``; -1 without a token."""
    best = np.full((len(units), len(asked)), -1.0, dtype=np.float32)
    token, owner = _owners(signals, units)
    if len(token):
        vectors = np.concatenate([stored.vectors for stored in signals])[token]
        first = np.flatnonzero(np.r_[True, np.diff(owner) != 0])
        best[owner[first]] = np.maximum.reduceat(cosines(vectors, asked), first, axis=0)
    return best


def _means(signals: Sequence[TokenVectors], units: Units) -> Floats:
    """The sum of the directions of each unit's tokens, ``(n, dim)``; zeros for a unit without a token."""
    token, owner = _owners(signals, units)
    rows = np.concatenate([stored.vectors for stored in signals])[token].astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)
    sums = np.zeros((len(units), rows.shape[1]), dtype=np.float32)
    if len(owner):
        first = np.flatnonzero(np.r_[True, np.diff(owner) != 0])
        sums[owner[first]] = np.add.reduceat(rows, first, axis=0)
    return sums


def _owners(signals: Sequence[TokenVectors], units: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tokens that begin in a unit, numbered through all passages, and the unit of each: ``(m,)`` both."""
    counts = [len(stored.offsets) for stored in signals]
    passage = np.repeat(np.arange(len(signals)), counts)
    start = np.concatenate([stored.offsets[:, 0] for stored in signals]).astype(np.int64)
    place = np.searchsorted((units.passage << 32) + units.start, (passage << 32) + start, side="right") - 1
    nearest = np.maximum(place, 0)
    inside = (place >= 0) & (units.passage[nearest] == passage) & (start < units.end[nearest])
    return np.flatnonzero(inside), place[inside]


def cosines(vectors: NDArray[np.int8], asked: NDArray[np.int8]) -> Floats:
    """Cosines of tokens and question tokens, ``(t, q)``; 0 for vectors of zeros.

    Args:
        vectors: Int8 ``(t, dim)``.
        asked: Int8 ``(q, dim)``.
    """
    left, right = vectors.astype(np.float32), asked.astype(np.float32)
    lengths = [np.sqrt(np.einsum("ij,ij->i", rows, rows, optimize=False)) for rows in (left, right)]
    scale = [np.float32(1) / np.maximum(length, np.float32(1)) for length in lengths]
    products: Floats = inner_products(left, right) * scale[0][:, None] * scale[1]
    return products


def late_interaction(
    model: "str | Path | SentenceEncoder" = "excerpt-late-interaction", *, passage_share: float = 0.4
) -> MaxSim:
    """MaxSim: the best match of each token of the question among the tokens of a unit.

    Args:
        model: Gives token vectors: a bundled name, a directory that ``excerpt train late-interaction`` wrote,
            any sentence encoder, or an encoder object.
        passage_share: What the passage counts beside the sentence, 0 or more.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The model cannot be found or read, or is a head for another compressor.
    """
    return MaxSim(encoder_for(model, "late-interaction"), passage_share)
