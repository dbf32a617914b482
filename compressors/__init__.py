"""Named compressors, and the units, scorers and selectors they are made of. Loaded on first use."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winnow.compressors.adaptive_k import AdaptiveK as AdaptiveK
    from winnow.compressors.baselines import Bm25Sentences as Bm25Sentences
    from winnow.compressors.baselines import RandomUnits as RandomUnits
    from winnow.compressors.evidence_ranker import EvidenceRanker as EvidenceRanker
    from winnow.compressors.extractive import Extractive as Extractive
    from winnow.compressors.guards import Guards as Guards
    from winnow.compressors.llmlingua2 import LLMLingua2 as LLMLingua2
    from winnow.compressors.passage_similarity import PassageSimilarity as PassageSimilarity
    from winnow.compressors.recomp import RecompExtractive as RecompExtractive
    from winnow.compressors.selectors import LargestGap as LargestGap
    from winnow.compressors.truncate import RerankTruncate as RerankTruncate
    from winnow.compressors.truncate import Truncate as Truncate

_PLACES = {
    "AdaptiveK": "winnow.compressors.adaptive_k",
    "Bm25Sentences": "winnow.compressors.baselines",
    "EvidenceRanker": "winnow.compressors.evidence_ranker",
    "Extractive": "winnow.compressors.extractive",
    "Guards": "winnow.compressors.guards",
    "LLMLingua2": "winnow.compressors.llmlingua2",
    "LargestGap": "winnow.compressors.selectors",
    "PassageSimilarity": "winnow.compressors.passage_similarity",
    "RandomUnits": "winnow.compressors.baselines",
    "RecompExtractive": "winnow.compressors.recomp",
    "RerankTruncate": "winnow.compressors.truncate",
    "Truncate": "winnow.compressors.truncate",
}

__all__ = [  # noqa: PLE0604 - the list is the table's keys, and a test holds them equal
    *sorted(_PLACES),
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - module attributes are of any type
    if name not in _PLACES:
        message = f"module 'winnow.compressors' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
