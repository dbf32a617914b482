"""Each distinct text through an encoder once, however many chains and ratios ask for it."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from excerpt.chain import Chain
from excerpt.contracts import CompressorContract, EncoderContract, ScorerContract, with_defaults
from excerpt.models.protocols import Encoder, TokenStates

__all__ = ["CachedEncoder", "VectorCache", "cached_encoders", "with_scorer"]


@dataclass(slots=True)
class VectorCache:
    """Vectors by encoder fingerprint and text. Clear it between data sets: it grows by each distinct text."""

    vectors: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)
    costs: dict[tuple[str, str], float] = field(default_factory=dict)
    """Milliseconds that each vector took, as far as the length of its text tells."""
    spared_ms: float = 0.0
    """What all recalled vectors took when they were made."""

    def clear(self) -> None:
        """Forget everything."""
        self.vectors.clear()
        self.costs.clear()


@dataclass(frozen=True)
class CachedEncoder:
    """An encoder that looks in a cache first. Gives the same vectors: those of a text do not depend on its batch.

    Args:
        encoder: The encoder itself.
        cache: Where vectors are kept.
    """

    encoder: Encoder
    cache: VectorCache

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the encoder's own
        return getattr(self.encoder, name)

    @property
    def name(self) -> str:
        """The encoder's own."""
        return self.encoder.name

    @property
    def dim(self) -> int:
        """The encoder's own."""
        return self.encoder.dim

    @property
    def max_tokens(self) -> int:
        """The encoder's own."""
        return self.encoder.max_tokens

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self.encoder.fingerprint

    def of_queries(self) -> "CachedEncoder":
        """The encoder's own for questions, looking in the same cache; itself where there is no other."""
        asked = with_defaults(self.encoder, EncoderContract).of_queries()
        return self if asked is self.encoder else replace(self, encoder=asked)

    def encode(self, texts: Sequence[str], *, check: Callable[[], None] | None = None) -> NDArray[np.float32]:
        """Float32 ``(n, dim)``, from the cache where a text was seen before."""
        known, own = self.cache.vectors, self.encoder.fingerprint
        distinct = dict.fromkeys(texts)
        new = [text for text in distinct if (own, text) not in known]
        self.cache.spared_ms += sum(self.cache.costs.get((own, text), 0.0) for text in distinct)
        if new:
            started = time.perf_counter()
            vectors = self.encoder.encode(new) if check is None else self.encoder.encode(new, check=check)
            each = 1000 * (time.perf_counter() - started) / (sum(map(len, new)) or 1)
            known.update(zip([(own, text) for text in new], vectors, strict=True))
            self.cache.costs.update({(own, text): each * len(text) for text in new})
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        return np.stack([known[own, text] for text in texts])

    def encode_tokens(
        self, texts: Sequence[str], *, check: Callable[[], None] | None = None
    ) -> list[TokenStates]:
        """The encoder's own: token states are too large to keep."""
        return self.encoder.encode_tokens(texts, check=check)


def cached_encoders(chain: Chain, cache: VectorCache) -> Chain:
    """The same chain, with every stage's ``scorer.encoder`` looking in ``cache`` first.

    A stage without one is left as it is. The given chain is not changed.
    """
    stages = []
    for stage in chain.stages:
        scorer = with_defaults(stage, CompressorContract).scorer
        encoder = with_defaults(scorer, ScorerContract).encoder
        if encoder is not None:
            scorer = replace(scorer, encoder=CachedEncoder(encoder, cache))
            stages.append(with_scorer(stage, scorer))
        else:
            stages.append(stage)
    other = copy.copy(chain)
    other.stages = tuple(stages)
    return other


def with_scorer(stage: Any, scorer: Any) -> Any:  # noqa: ANN401 - a compressor is any object of the right shape
    """The same stage with another scorer. The given stage is not changed."""
    if is_dataclass(stage):
        return replace(cast("Any", stage), scorer=scorer)
    changed = copy.copy(stage)
    changed.scorer = scorer
    return changed
