"""Whether an encoder is the one that a ranker was trained with, though its files are others.

Whoever exports the same model on another machine gets other bytes, and the float model is no worse than the quantized
one. So beside the fingerprint, which is that of the bytes, a ranker keeps what its encoder made of a few texts.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.evidence.quantized import quantize_vectors
from excerpt.compressors.vectors.encoders import of_queries

if TYPE_CHECKING:
    from excerpt.models import SentenceEncoder

__all__ = ["encoder_sample", "is_like"]

_TEXTS = (
    "The mill burned in 1859 and was rebuilt two years later.",
    "风磨坊在大火两年后重建。",
    "El río se desborda en primavera y cubre los campos.",
    "ERROR 2024-05-01 connection refused by 10.0.0.7:5432",
    "Кто построил мост через реку?",
    "What does the price of rye depend on?",
)
_LEAST = 0.85
"""Least cosine of what two encoders make of a text, less what each makes of all texts. Quantizing multilingual-e5-small
to eight bits leaves 0.99 of every text, leaving out one of its prefixes or both less than 0.81 of some."""


def encoder_sample(encoder: "SentenceEncoder") -> list[str]:
    """What an encoder makes of six texts, read as passages and as questions: int8 in hexadecimal, a line for each."""
    whole, _, _ = quantize_vectors(_centred(encoder))
    return [row.tobytes().hex() for row in whole]


def is_like(encoder: "SentenceEncoder", sample: Sequence[str]) -> bool:
    """Whether an encoder makes nearly the same of these texts.

    Args:
        encoder: The encoder.
        sample: What `encoder_sample` gave for the other one.
    """
    own = _centred(encoder)
    rows = [np.frombuffer(bytes.fromhex(row), dtype=np.int8) for row in sample]
    if [len(row) for row in rows] != [own.shape[1]] * len(own):
        return False
    stored = np.stack(rows).astype(np.float32)
    lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(stored, axis=1)
    cosines = (own * stored).sum(axis=1) / np.maximum(lengths, 1e-12)
    return bool((cosines >= _LEAST).all())


def _centred(encoder: "SentenceEncoder") -> NDArray[np.float32]:
    """Less the mean, which is most of every vector of some encoders, float32 ``(12, dim)``."""
    vectors = np.concatenate([encoder.encode(_TEXTS), of_queries(encoder).encode(_TEXTS)])
    centred: NDArray[np.float32] = vectors - vectors.mean(axis=0)
    return centred
