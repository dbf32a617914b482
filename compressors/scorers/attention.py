"""Where a small model looks when it has read the question (Sentinel, 2505.23277)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_whole
from excerpt.errors import ConfigError
from excerpt.models.attention.chunks import Sentence
from excerpt.models.attention.loading import load_proxy
from excerpt.models.attention.probe import Probe
from excerpt.models.attention.shares import read_contexts
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models.attention.protocols import AttentionProxy
    from excerpt.models.protocols import Check

__all__ = ["AttentionScore", "attention_score", "sentences_of"]


@dataclass(frozen=True)
class AttentionScore:
    """How much a proxy looks at each sentence when it has read the question.

    With a probe the score is the probability that a sentence is evidence. Without one it is the attention of the
    first of the proxy's queries as a multiple of even attention: in the last probed layer, averaged over its heads
    (GemFilter, 2409.17422), or the largest of all heads from a layer on (SpecPC, 2506.08373).

    Args:
        proxy: The model that reads.
        probe: The classifier; None for raw attention.
        largest_from: Without a probe, take the largest over the heads of this layer and all after it, counted from 0; a
            proxy of fewer layers gives its last. None for the mean over the last layer.

    Raises:
        ConfigError: ``largest_from`` is no whole number of at least 0.
        ModelError: The probe belongs to another proxy.
    """

    proxy: "AttentionProxy"
    probe: Probe | None = None
    largest_from: int | None = None
    name: ClassVar[str] = "attention"

    def __post_init__(self) -> None:
        if self.largest_from is not None:
            check_whole(self.largest_from, "attention: largest_from", least=0)
        if self.probe is not None:
            self.probe.check_proxy(self.proxy)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Probabilities, or multiples of even attention, float64 ``(n,)``."""
        return self.score_many([(context, units)])[0]

    def score_many(
        self, requests: Sequence[tuple[Context, Units]], *, check: "Check" = None
    ) -> list[NDArray[np.float64]]:
        """The scores of each request, all windows in one call to the proxy: as each would be alone.

        Args:
            requests: A context with its question, and the sentences of it.
            check: Called between batches; what it raises ends the call.

        Raises:
            InputError: A question leaves no room for a context.
            ModelError: The proxy cannot be run.
        """
        titles = self.probe is None or self.probe.titles
        asked = [(context.query, sentences_of(context, units, titles=titles)) for context, units in requests]
        return [self._judged(*read) for read in read_contexts(self.proxy, asked, check=check)]

    def _judged(self, shares: NDArray[np.float64], tokens: int) -> NDArray[np.float64]:
        if len(shares) == 0:
            return np.zeros(0)
        if self.probe is not None:
            return self.probe.probability(shares, tokens)
        layers, heads = self.proxy.layers, self.proxy.heads
        first = layers - 1 if self.largest_from is None else min(self.largest_from, layers - 1)
        own = shares[:, first * heads : layers * heads]
        return np.asarray(
            own.mean(axis=1) if self.largest_from is None else own.max(axis=1), dtype=np.float64
        )


def sentences_of(context: Context, units: Units, *, titles: bool) -> list[Sentence]:
    """Units as the proxy reads them."""
    texts = units.texts(context.passages)
    return [
        Sentence(text, passage, context.passages[passage].title if titles else "")
        for text, passage in zip(texts, units.passage.tolist(), strict=True)
    ]


def attention_score(
    proxy: "str | Path | AttentionProxy" = "all-MiniLM-L6-v2",
    *,
    probe: str | Path | Probe | None = "excerpt-sentinel-probe",
) -> AttentionScore:
    """Attention of the question to each unit in a small model; options as for `excerpt.compressors.Sentinel`.

    Raises:
        ConfigError: An option is of the wrong kind.
        ModelError: The proxy or the probe cannot be found or read, or they do not belong together.
        MissingExtraError: The proxy is a decoder and the extra ``torch`` is not installed.
    """
    judge = Probe.load(probe) if isinstance(probe, str | Path) and probe != "none" else probe
    chosen = judge if isinstance(judge, Probe) else None
    if probe not in (None, "none") and chosen is None:
        message = f"attention: probe must be a name, a file, a directory or a probe, or none, got {probe!r}"
        raise ConfigError(message)
    if isinstance(proxy, str | Path):
        proxy = _proxy_of(proxy, chosen)
    elif isinstance(proxy, type) or not hasattr(proxy, "layers"):
        message = f"attention: proxy must be a name, a directory or an attention proxy, got {proxy!r}"
        raise ConfigError(message)
    return AttentionScore(proxy, chosen)


def _proxy_of(name: str | Path, probe: Probe | None) -> "AttentionProxy":
    """The proxy of a name, with the window that the probe was trained with."""
    proxy = load_proxy(name)
    if probe is None:
        return proxy
    probe.check_proxy(proxy)
    return proxy if proxy.max_tokens == probe.max_tokens else load_proxy(name, max_tokens=probe.max_tokens)
