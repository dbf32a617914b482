"""Names for things that live elsewhere: resolved on use, so that a name costs no import."""

import difflib
import importlib
import inspect
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from excerpt.errors import ConfigError

__all__ = ["COMPRESSORS", "load", "names", "required", "resolve"]

COMPRESSORS: Mapping[str, str] = {
    "adaptive-k": "excerpt.compressors.adaptive_k:AdaptiveK",
    "bm25-sentences": "excerpt.compressors.baselines.sampling:Bm25Sentences",
    "evidence-ranker": "excerpt.compressors.evidence_ranker:EvidenceRanker",
    "late-interaction": "excerpt.compressors.late_interaction:LateInteraction",
    "lexical": "excerpt.compressors.lexical:Lexical",
    "llmlingua2": "excerpt.compressors.llmlingua2:LLMLingua2",
    "passage-similarity": "excerpt.compressors.passage_similarity:PassageSimilarity",
    "pruner": "excerpt.compressors.pruner:Pruner",
    "random": "excerpt.compressors.baselines.sampling:RandomUnits",
    "recomp-abstractive": "excerpt.compressors.recomp_abstractive:RecompAbstractive",
    "recomp-extractive": "excerpt.compressors.recomp:RecompExtractive",
    "rerank-truncate": "excerpt.compressors.baselines.truncate:RerankTruncate",
    "similarity-mix": "excerpt.compressors.similarity_mix:SimilarityMix",
    "sentinel": "excerpt.compressors.sentinel:Sentinel",
    "truncate": "excerpt.compressors.baselines.truncate:Truncate",
    "xrag": "excerpt.compressors.xrag:XRAG",
}
"""Compressors by the name that TOML files and the command line use."""

_ENTRY_POINTS = "excerpt.compressors"


def _available() -> dict[str, str]:
    found = {point.name: point.value for point in entry_points(group=_ENTRY_POINTS)}
    return {**found, **COMPRESSORS}  # an installed package cannot take over one of our names


def names() -> list[str]:
    """All compressor names, those of installed packages (entry points) included."""
    return sorted(_available())


def resolve(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """The class or function behind a compressor's name.

    Raises:
        ConfigError: Nothing is registered under the name.
    """
    if (
        name in COMPRESSORS
    ):  # installed packages cannot take over one of ours, and asking for them takes a while
        return load(COMPRESSORS[name])
    available = _available()
    if name not in available:
        near = difflib.get_close_matches(name, available, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        message = f"compressor: there is no {name!r}.{hint} There are: {', '.join(sorted(available))}"
        raise ConfigError(message)
    return load(available[name])


def required(make: Any) -> list[str]:  # noqa: ANN401 - whatever was registered
    """The options without which a class or function cannot be called."""
    return [
        parameter.name
        for parameter in inspect.signature(make).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def load(target: str) -> Any:  # noqa: ANN401 - whatever stands there
    """The attribute that ``"module:attribute"`` names. Only for names written in our own code or metadata."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)
