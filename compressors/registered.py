"""The names of everything here that stands in TOML files and on the command line: one line each.

This is the one place. The registry of the core (`excerpt.registry`), the names that `excerpt.compressors` exports, the
command line and the checks of the docs are made from it; ``python tools/write_faces.py`` brings what type checkers
read up to date.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["COMPRESSORS", "DEFAULTS", "PRESETS", "SPLITTERS"]

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
    "sentinel": "excerpt.compressors.sentinel:Sentinel",
    "similarity-mix": "excerpt.compressors.similarity_mix:SimilarityMix",
    "truncate": "excerpt.compressors.baselines.truncate:Truncate",
    "xrag": "excerpt.compressors.xrag:XRAG",
}
"""Stages of a chain (`excerpt.protocols.Compressor`)."""

SPLITTERS: Mapping[str, str] = {
    "block": "excerpt.compressors.units.splitting:split_blocks",
    "passage": "excerpt.compressors.units.splitting:split_passages",
    "record": "excerpt.compressors.units.structure:split_records",
    "sentence": "excerpt.compressors.units.sentences:split_sentences",
    "word": "excerpt.compressors.units.words:split_words",
}
"""Kinds of unit (`excerpt.protocols.Splitter`)."""

DEFAULTS: Mapping[str, str] = {
    "cut": "excerpt.compressors.baselines.truncate:RerankTruncate",
    "guards": "excerpt.compressors.guards.protection:Guards",
}
"""What a chain uses where nothing else is given (`excerpt.registry.DEFAULTS`)."""

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "default": {"stage": [{"use": "evidence-ranker"}]},
    "fast": {"stage": [{"use": "bm25-sentences"}]},
}
"""Chains by name, in the form of a TOML file."""
