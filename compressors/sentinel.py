"""Sentinel: sentences by where a small model looks when it reads the question (Zhang et al., 2505.23277)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_headroom, check_number
from excerpt.compressors.extractive import Extractive
from excerpt.compressors.selectors.thresholds import AtLeast, everything
from excerpt.models.attention.chunks import Sentence
from excerpt.models.attention.loading import load_proxy
from excerpt.models.attention.probe import Probe
from excerpt.models.attention.shares import read_contexts
from excerpt.protocols import Selector
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

if TYPE_CHECKING:
    from excerpt.models.attention.protocols import AttentionProxy
    from excerpt.models.protocols import Check

__all__ = ["AttentionScore", "Sentinel", "sentences_of"]

_LIKELY, _MORE_THAN_EVEN = 0.5, 1.0


@dataclass(frozen=True)
class AttentionScore:
    """How much a proxy looks at each sentence when it has read the question.

    With a probe the score is the probability that a sentence is evidence. Without one it is the attention of the
    first of the proxy's queries in the last probed layer, averaged over its heads, as a multiple of even attention.

    Args:
        proxy: The model that reads.
        probe: The classifier; None for raw attention.
        name: What reports call it.

    Raises:
        ModelError: The probe belongs to another proxy.
    """

    proxy: "AttentionProxy"
    probe: Probe | None = None
    name: str = "sentinel"

    def __post_init__(self) -> None:
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
        last = slice((self.proxy.layers - 1) * self.proxy.heads, self.proxy.layers * self.proxy.heads)
        return np.asarray(shares[:, last].mean(axis=1), dtype=np.float64)


def sentences_of(context: Context, units: Units, *, titles: bool) -> list[Sentence]:
    """Units as the proxy reads them."""
    texts = units.texts(context.passages)
    return [
        Sentence(text, passage, context.passages[passage].title if titles else "")
        for text, passage in zip(texts, units.passage.tolist(), strict=True)
    ]


class Sentinel:
    """Keep the sentences that a small model attends to when it has read the question.

    Under a budget the best sentences that fit are kept. Without one, those that are more likely evidence than not
    (without a probe: that get more than even attention) are, and the best one in any case.

    Contexts longer than the proxy's window are read in several, cut between sentences, and compared as
    :func:`excerpt.models.attention.shares.context_shares` says.

    Args:
        proxy: ``"all-MiniLM-L6-v2"`` (bundled, no torch), an exported encoder with an attention graph, a Hugging Face
            decoder (directory or hub name, such as ``"Qwen/Qwen2.5-0.5B-Instruct"``), or a proxy object.
        probe: A bundled name, a probe file, a directory that ``excerpt train sentinel`` wrote, or a probe. None (in
            a TOML file: ``"none"``) ranks by raw attention.
        threshold: Keep only sentences that score at least so much, but always the best one; None leaves it to the
            budget, where there is one.
        headroom: How many times the budget it leaves to finer stages that follow.

    Raises:
        ConfigError: The threshold is no number, or the headroom none above 0.
        ModelError: The proxy or the probe cannot be found or read, or they do not belong together.
        MissingExtraError: The proxy is a decoder and the extra ``torch`` is not installed.
    """

    name = "sentinel"

    def __init__(
        self,
        proxy: "str | Path | AttentionProxy" = "all-MiniLM-L6-v2",
        *,
        probe: str | Path | Probe | None = "excerpt-sentinel-probe",
        threshold: float | None = None,
        headroom: float = 2.0,
    ) -> None:
        if threshold is not None:
            check_number(threshold, "sentinel: threshold")
        check_headroom(headroom, self.name)
        judge = Probe.load(probe) if isinstance(probe, str | Path) and probe != "none" else probe
        chosen = judge if isinstance(judge, Probe) else None
        if isinstance(proxy, str | Path):
            proxy = _proxy_of(proxy, chosen)
        self.scorer = AttentionScore(proxy, chosen)
        self.headroom = headroom
        self.threshold = threshold

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        rule: Selector = everything
        if self.threshold is not None:
            rule = _AtLeastOrBest(self.threshold)
        elif room.tokens is None:
            rule = _AtLeastOrBest(_MORE_THAN_EVEN if self.scorer.probe is None else _LIKELY)
        return Extractive(self.name, "sentence", self.scorer, rule, self.headroom).compress(context, room)


def _proxy_of(name: str | Path, probe: Probe | None) -> "AttentionProxy":
    """The proxy of a name, with the window that the probe was trained with."""
    proxy = load_proxy(name)
    if probe is None:
        return proxy
    probe.check_proxy(proxy)
    return proxy if proxy.max_tokens == probe.max_tokens else load_proxy(name, max_tokens=probe.max_tokens)


@dataclass(frozen=True, slots=True)
class _AtLeastOrBest:
    """Units at or above a threshold; the best one where there is none."""

    threshold: float

    def __call__(self, units: Units, scores: NDArray[np.floating]) -> NDArray[np.bool_]:
        mask = AtLeast(self.threshold)(units, scores)
        if not mask.any():
            mask[np.argmax(scores)] = True
        return mask
