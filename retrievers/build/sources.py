"""What an index can store of passages, by name.

====================  ======================================================================================
``sentences``         where sentences are
``words``             where words are
``guards``            what the default guards protect
``tokens``            tokens of each sentence under the bundled tokenizer; ``tokens:NAME`` under another reader's
``evidence``          what the evidence ranker knows of a passage before it knows the question; ``evidence:MODEL``
                      of another ranker, such as ``evidence-ranker-compact``
``keep``              LLMLingua-2's keep probabilities; ``keep:MODEL`` of another token classifier
``sentence-vectors``  RECOMP's vector of each sentence; ``sentence-vectors:ENCODER`` of another encoder
``late-interaction``  a small vector of each token; ``late-interaction:MODEL`` of another model
``centrality``        ACC-RAG's order of each passage's sentences; ``centrality:ENCODER`` of another encoder
``communities``       Semantic Compression's topics of each passage; ``communities:ENCODER`` of another encoder
====================  ======================================================================================
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.offsets import Offsets
from excerpt.compressors.units.splitting import split
from excerpt.errors import BudgetError, ConfigError
from excerpt.registry import COMPRESSORS
from excerpt.retrievers.store.parts import check_features
from excerpt.tokens import BUNDLED, TokenCounter, resolve_tokenizer
from excerpt.values.stored import (
    COUNT_COLUMNS,
    WHOLE_COLUMN,
    Columns,
    Precomputed,
    Recall,
    count_fingerprint,
)
from excerpt.values.types import Context, Passage

__all__ = ["DEFAULT_FEATURES", "FEATURES", "Feature", "TokenCounts", "named_sources", "source_of"]

_NAME = re.compile(r"[A-Za-z0-9][^@\s]*")

DEFAULT_FEATURES = ("records", "guards", "tokens", "evidence")
"""What the default chain reads."""


@dataclass(frozen=True)
class TokenCounts:
    """Tokens of each sentence of a passage, counted alone, and of its whole text.

    Args:
        counter: The reader's tokenizer.
        name: What reports call it.
    """

    counter: TokenCounter
    name: str = "token counts"

    @property
    def fingerprint(self) -> str:
        """Of the tokenizer alone: a count is found by the very characters it was made of.

        Raises:
            BudgetError: The tokenizer is a function, which nothing tells from others.
        """
        fingerprint = count_fingerprint(self.counter)
        if fingerprint is None:
            message = f"tokens: counts of {self.counter.name!r} cannot be stored, because nothing tells it from others"
            raise BudgetError(message)
        return fingerprint

    def signals(self, passages: Sequence[Passage]) -> list[dict[str, NDArray[np.int32]]]:
        """``start``, ``end`` and ``tokens`` of records as the default guards leave them; ``whole`` of the text."""
        return self.signals_beside(passages, None)

    def signals_beside(
        self, passages: Sequence[Passage], recall: Recall | None
    ) -> list[dict[str, NDArray[np.int32]]]:
        """As `signals`; records and guards that are stored beside it are not looked for again."""
        units = split("record", Context.start("", passages, recall), Guards())
        tokens = np.array(self.counter.count_many(units.texts(passages)), dtype=np.int32)
        bounds = np.searchsorted(units.passage, np.arange(len(passages) + 1)).tolist()
        columns = (units.start.astype(np.int32), units.end.astype(np.int32), tokens)
        wholes = np.array(self.counter.count_many([passage.text for passage in passages]), dtype=np.int32)
        return [
            {
                **{name: column[first:last] for name, column in zip(COUNT_COLUMNS, columns, strict=True)},
                WHOLE_COLUMN: whole,
            }
            for (first, last), whole in zip(pairwise(bounds), wholes.reshape(-1, 1), strict=True)
        ]

    def columns(self, signals: Columns) -> Columns:
        """They are columns."""
        return signals

    def restored(self, columns: Columns) -> Columns:
        """They are columns."""
        return columns


def _stage_scorer(name: str) -> Callable[[str], Precomputed]:
    """Makes a compressor, with a model where one is named, and gives its scorer."""

    def make(model: str) -> Precomputed:
        make = COMPRESSORS.find(name)
        stage: Any = make(model) if model else make()
        scorer: Precomputed = stage.scorer
        return scorer

    return make


FEATURES: Mapping[str, Callable[[str], Precomputed]] = MappingProxyType(
    {
        "records": lambda _: Offsets("record"),
        "sentences": lambda _: Offsets("sentence"),
        "words": lambda _: Offsets("word"),
        "guards": lambda _: Guards(),
        "tokens": lambda name: TokenCounts(resolve_tokenizer(name or BUNDLED)),
        "evidence": _stage_scorer("evidence-ranker"),
        "keep": _stage_scorer("llmlingua2"),
        "sentence-vectors": _stage_scorer("recomp-extractive"),
        "late-interaction": _stage_scorer("late-interaction"),
        "centrality": _stage_scorer("acc-rag"),
        "communities": _stage_scorer("semantic-compression"),
    }
)
"""Makes the source of each; called with what stands behind the colon."""


Feature: TypeAlias = str | Precomputed
"""The name of a feature, or what makes one."""


def named_sources(features: Sequence[Feature]) -> dict[str, Precomputed]:
    """Sources by name, made where only a name is given.

    Raises:
        ConfigError: There is no such feature, ``features`` is a single name, an object is no source, or two have the
            same name or file.
    """
    if isinstance(features, str):
        message = f"features: expected a list of names, got {features!r}; wrap it in a list"
        raise ConfigError(message)
    sources: dict[str, Precomputed] = {}
    for feature in features:
        if not isinstance(feature, str | Precomputed):
            message = (
                f"features: expected names or excerpt.values.stored.Precomputed, got {type(feature).__name__}"
            )
            raise ConfigError(message)
        name = feature if isinstance(feature, str) else feature.name
        if name in sources or not _NAME.fullmatch(name):
            message = (
                f"features: {name!r} is there twice" if name in sources else f"features: {name!r} is no name"
            )
            raise ConfigError(message)
        sources[name] = source_of(feature) if isinstance(feature, str) else feature
    check_features(sources)
    return sources


def source_of(feature: str) -> Precomputed:
    """What makes a feature.

    Args:
        feature: A name of the module's table.

    Raises:
        ConfigError: There is no such feature.
        ModelError: Its model cannot be had.
    """
    kind, _, argument = feature.partition(":")
    if kind not in FEATURES:
        message = (
            f"feature {feature!r}: there are {', '.join(FEATURES)}; what stands after a colon names a model or "
            "a tokenizer"
        )
        raise ConfigError(message)
    if argument and kind in {"sentences", "words", "guards"}:
        message = (
            f"feature {feature!r}: {kind} has neither model nor tokenizer; leave out what follows the colon"
        )
        raise ConfigError(message)
    return FEATURES[kind](argument)
