"""The scale in which a projector learns: numbers around one on both sides, whatever encoder and reader have.

Vectors of length one have entries of about a twentieth, with a mean that is much the same for all; embeddings of a
reader may be as small. A projector that starts between them says nearly the same for every passage, and learns nothing
in its first hundreds of steps. So it learns from standardised vectors to deviations from the mean embedding, and the
scales are multiplied into its two layers when it is used: what is stored is the plain projector.
"""

from dataclasses import dataclass
from typing import Any

from excerpt.imports.extras import require
from excerpt.models.training.xrag.settings import PURPOSE

__all__ = ["Scales"]

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Scales:
    """What a projector's input and output are measured in.

    Args:
        mean: Of the vectors, ``(encoder_dim,)``.
        spread: Of the vectors, one for each dimension.
        offset: Mean of the reader's embeddings, ``(reader_dim,)``.
        size: Spread of the reader's embeddings over the spread of what the projector says at first; one number.
    """

    mean: Any
    spread: Any
    offset: Any
    size: float

    @classmethod
    def of(cls, vectors: Any, table: Any, projector: Any) -> "Scales":  # noqa: ANN401 - torch tensors, a module
        """The scales of one training.

        Args:
            vectors: Some passages', ``(n, encoder_dim)``.
            table: The reader's embeddings, ``(vocabulary, reader_dim)``.
            projector: The network before its first step.
        """
        torch = require("torch", extra="train", purpose=PURPOSE)
        rows = table.float()
        mean = vectors.mean(0)
        spread = vectors.std(0, correction=0).clamp_min(_LEAST)
        with torch.no_grad():
            first = projector((vectors[:1000] - mean) / spread)
        offset = rows.mean(0)
        size = float((rows - offset).std()) / max(_LEAST, float(first.std(0, correction=0).mean()))
        return cls(mean, spread, offset, size)

    def apply(self, projector: Any, vectors: Any) -> Any:  # noqa: ANN401 - torch modules and tensors
        """Embeddings of vectors, by a projector that learns in these scales."""
        return self.offset + self.size * projector((vectors - self.mean) / self.spread)

    def plain(self, weights: dict[str, Any]) -> dict[str, Any]:
        """The weights of a projector that says the same without scales.

        Args:
            weights: The four tensors of the one that learns (`excerpt.models.xrag.projector.TENSORS`).
        """
        first = weights["0.weight"] / self.spread
        return {
            "0.weight": first,
            "0.bias": weights["0.bias"] - first @ self.mean,
            "2.weight": self.size * weights["2.weight"],
            "2.bias": self.offset + self.size * weights["2.bias"],
        }
