"""Sentinel: sentences by where a small model looks when it reads the question (Zhang et al., 2505.23277)."""

from pathlib import Path
from typing import TYPE_CHECKING

from excerpt.checks import check_headroom, check_number
from excerpt.compressors.extractive import Extractive, SelectorLike, UnitLike
from excerpt.compressors.scorers.attention import attention_score
from excerpt.compressors.selectors.greedy import Greedy
from excerpt.compressors.selectors.thresholds import AtLeast
from excerpt.errors import ConfigError

if TYPE_CHECKING:
    from excerpt.models.attention.probe import Probe
    from excerpt.models.attention.protocols import AttentionProxy

__all__ = ["Sentinel"]

_LIKELY, _MORE_THAN_EVEN = 0.5, 1.0


class Sentinel(Extractive):
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
        unit: Another splitter.
        selector: Another rule in the place of ``threshold``.

    Raises:
        ConfigError: An option is of the wrong kind or out of range, or both ``threshold`` and ``selector`` are given.
        ModelError: The proxy or the probe cannot be found or read, or they do not belong together.
        MissingExtraError: The proxy is a decoder and the extra ``torch`` is not installed.
    """

    name = "sentinel"

    def __init__(
        self,
        proxy: "str | Path | AttentionProxy" = "all-MiniLM-L6-v2",
        *,
        probe: "str | Path | Probe | None" = "excerpt-sentinel-probe",
        threshold: float | None = None,
        headroom: float | None = 2.0,
        unit: UnitLike = "sentence",
        selector: SelectorLike | None = None,
    ) -> None:
        if threshold is not None and selector is not None:
            message = "sentinel: give threshold or selector, not both"
            raise ConfigError(message)
        if threshold is not None:
            check_number(threshold, "sentinel: threshold")
        check_headroom(headroom, self.name)
        scorer = attention_score(proxy, probe=probe)
        self.threshold = threshold
        if threshold is not None:
            selector = AtLeast(threshold, or_best=True)
        elif selector is None:
            usual = _MORE_THAN_EVEN if scorer.probe is None else _LIKELY
            selector = Greedy(without_budget=AtLeast(usual, or_best=True))
        super().__init__(self.name, unit, scorer, selector, headroom)
