"""A question as the features of the evidence ranker need it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.compressors.evidence.quantized import quantize_vectors
from excerpt.compressors.evidence.scan import STOP, Terms, scan_terms
from excerpt.compressors.evidence.signals import TokenHead, token_vectors
from excerpt.models.protocols import TokenStates

__all__ = ["QuestionSignals", "pair_hashes"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class QuestionSignals:
    """A question as the features need it.

    Args:
        text: The question.
        states: Its token states from the encoder that made the passages' signals.
        head: Makes the token vectors, as it did for the passages.
    """

    text: str
    states: TokenStates
    head: TokenHead | None = None

    @cached_property
    def scanned(self) -> Terms:
        """All words."""
        return scan_terms(self.text)

    @cached_property
    def terms(self) -> NDArray[np.uint32]:
        """Distinct content words, in order; all words where there is no content word."""
        content = self.scanned.hashes[(self.scanned.look & STOP) == 0]
        return np.array(
            list(dict.fromkeys((content if len(content) else self.scanned.hashes).tolist())), np.uint32
        )

    @cached_property
    def body(self) -> NDArray[np.bool_]:
        """Which tokens stand for text, ``(t,)``."""
        offsets = self.states.offsets
        return offsets[:, 1] > offsets[:, 0]

    @cached_property
    def tokens(self) -> tuple[Floats, Floats]:
        """Directions of the text's tokens as whole numbers in float32 ``(q, dim)``, and scales ``(q,)``."""
        whole, scale, _ = quantize_vectors(token_vectors(self.head, self.states.hidden[self.body]))
        return whole.astype(np.float32), scale

    @cached_property
    def token_term(self) -> NDArray[np.int64]:
        """Index in ``terms`` of the word each token belongs to, -1 for other tokens, ``(q,)``."""
        place = {term: index for index, term in enumerate(self.terms.tolist())}
        of_word = np.array([place.get(term, -1) for term in self.scanned.hashes.tolist()] or [-1])
        starts = self.states.offsets[self.body, 0]
        word = np.searchsorted(self.scanned.start, starts, side="right") - 1
        return np.where(word >= 0, of_word[np.maximum(word, 0)], -1)

    @cached_property
    def vector(self) -> Floats:
        """The mean state, special tokens included, ``(dim,)``."""
        mean: Floats = self.states.hidden.mean(axis=0, dtype=np.float32)
        return mean

    @cached_property
    def pairs(self) -> NDArray[np.uint32]:
        """Distinct neighbouring words that are not both function words."""
        return np.unique(pair_hashes(self.scanned.hashes)[_pair_content(self.scanned)])


def pair_hashes(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """One hash for each two neighbours, ``(w - 1,)``."""
    wide = hashes.astype(np.uint64)
    return ((wide[:-1] * np.uint64(1000003) + wide[1:]) & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def _pair_content(terms: Terms) -> NDArray[np.bool_]:
    stop = (terms.look & STOP) > 0
    mask: NDArray[np.bool_] = ~(stop[:-1] & stop[1:])
    return mask
