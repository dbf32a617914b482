"""Named compressors, and the units, scorers and selectors they are made of. Loaded on first use."""

from typing import TYPE_CHECKING

from winnow.lazy import lazy_attributes

if TYPE_CHECKING:
    from winnow.compressors.adaptive_k import AdaptiveK as AdaptiveK
    from winnow.compressors.baselines import Bm25Sentences as Bm25Sentences
    from winnow.compressors.baselines import RandomUnits as RandomUnits
    from winnow.compressors.evidence_ranker import EvidenceRanker as EvidenceRanker
    from winnow.compressors.extractive import Extractive as Extractive
    from winnow.compressors.guards import Guards as Guards
    from winnow.compressors.late_interaction import LateInteraction as LateInteraction
    from winnow.compressors.lexical import Lexical as Lexical
    from winnow.compressors.llmlingua2 import LLMLingua2 as LLMLingua2
    from winnow.compressors.passage_similarity import PassageSimilarity as PassageSimilarity
    from winnow.compressors.pruner import Pruner as Pruner
    from winnow.compressors.recomp import RecompExtractive as RecompExtractive
    from winnow.compressors.recomp_abstractive import RecompAbstractive as RecompAbstractive
    from winnow.compressors.selectors import LargestGap as LargestGap
    from winnow.compressors.sentinel import Sentinel as Sentinel
    from winnow.compressors.similarity_mix import SimilarityMix as SimilarityMix
    from winnow.compressors.truncate import RerankTruncate as RerankTruncate
    from winnow.compressors.truncate import Truncate as Truncate
    from winnow.compressors.xrag import XRAG as XRAG

_PLACES = {
    "AdaptiveK": "winnow.compressors.adaptive_k",
    "Bm25Sentences": "winnow.compressors.baselines",
    "EvidenceRanker": "winnow.compressors.evidence_ranker",
    "Extractive": "winnow.compressors.extractive",
    "Guards": "winnow.compressors.guards",
    "LLMLingua2": "winnow.compressors.llmlingua2",
    "LargestGap": "winnow.compressors.selectors",
    "LateInteraction": "winnow.compressors.late_interaction",
    "Lexical": "winnow.compressors.lexical",
    "PassageSimilarity": "winnow.compressors.passage_similarity",
    "Pruner": "winnow.compressors.pruner",
    "RandomUnits": "winnow.compressors.baselines",
    "RecompAbstractive": "winnow.compressors.recomp_abstractive",
    "RecompExtractive": "winnow.compressors.recomp",
    "RerankTruncate": "winnow.compressors.truncate",
    "Sentinel": "winnow.compressors.sentinel",
    "SimilarityMix": "winnow.compressors.similarity_mix",
    "Truncate": "winnow.compressors.truncate",
    "XRAG": "winnow.compressors.xrag",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
