"""What tells the scores of this excerpt from those of another: its version and those of its rule sets."""

from functools import cache
from importlib.metadata import version
from types import MappingProxyType

from excerpt.compressors.evidence import signals
from excerpt.compressors.guards import protection
from excerpt.compressors.scorers import (
    centrality_order,
    communities,
    keep_probability,
    late_interaction,
    similarity,
)
from excerpt.compressors.units import blocks, piece_words, sentences, structure, words
from excerpt.compressors.vectors import passage_states
from excerpt.retrievers.lexical import terms

__all__ = ["RULE_VERSIONS", "code_version"]

_VERSIONED = (
    blocks,
    centrality_order,
    communities,
    keep_probability,
    late_interaction,
    passage_states,
    piece_words,
    protection,
    sentences,
    signals,
    similarity,
    structure,
    terms,
    words,
)

RULE_VERSIONS = MappingProxyType({module.__name__: module.RULES_VERSION for module in _VERSIONED})
"""The version of every rule set, by the module that it stands in."""


@cache
def code_version() -> str:
    """The version of the package and of each rule set.

    The code itself is not looked at: while a scorer is being worked on, a cache has the scores of the code that first
    asked for them. Delete the cache file then (the one of ``excerpt eval --cache FILE``), or pass ``--no-cache``.
    """
    return " ".join(
        [f"excerpt-{version('excerpt')}", *(f"{name}-{RULE_VERSIONS[name]}" for name in RULE_VERSIONS)]
    )
