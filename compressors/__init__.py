"""Named compressors, and the units, scorers and selectors they are made of. Loaded on first use."""

from typing import TYPE_CHECKING

from excerpt.compressors.registered import COMPRESSORS
from excerpt.imports.lazy import lazy_attributes, modules_of

if TYPE_CHECKING:
    from excerpt.compressors.adaptive_k import AdaptiveK as AdaptiveK
    from excerpt.compressors.baselines.sampling import Bm25Sentences as Bm25Sentences
    from excerpt.compressors.baselines.sampling import RandomUnits as RandomUnits
    from excerpt.compressors.baselines.truncate import RerankTruncate as RerankTruncate
    from excerpt.compressors.baselines.truncate import Truncate as Truncate
    from excerpt.compressors.by_language import ByLanguage as ByLanguage
    from excerpt.compressors.evidence_ranker import EvidenceRanker as EvidenceRanker
    from excerpt.compressors.extractive import Extractive as Extractive
    from excerpt.compressors.guards.protection import Guards as Guards
    from excerpt.compressors.language_model.exit import Exit as Exit
    from excerpt.compressors.language_model.gemfilter import GemFilter as GemFilter
    from excerpt.compressors.language_model.longcodezip import LongCodeZip as LongCodeZip
    from excerpt.compressors.language_model.longllmlingua import LongLLMLingua as LongLLMLingua
    from excerpt.compressors.language_model.perception import PerceptionCompressor as PerceptionCompressor
    from excerpt.compressors.language_model.selective_context import SelectiveContext as SelectiveContext
    from excerpt.compressors.language_model.specpc import SpecPC as SpecPC
    from excerpt.compressors.language_model.swe_pruner import SwePruner as SwePruner
    from excerpt.compressors.language_model.tcra_llm import TcraLLM as TcraLLM
    from excerpt.compressors.late_interaction import LateInteraction as LateInteraction
    from excerpt.compressors.lexical import Lexical as Lexical
    from excerpt.compressors.lexical_ranker import LexicalRanker as LexicalRanker
    from excerpt.compressors.llmlingua2 import LLMLingua2 as LLMLingua2
    from excerpt.compressors.passage_similarity import PassageSimilarity as PassageSimilarity
    from excerpt.compressors.pruner import Pruner as Pruner
    from excerpt.compressors.recomp import RecompExtractive as RecompExtractive
    from excerpt.compressors.recomp_abstractive import RecompAbstractive as RecompAbstractive
    from excerpt.compressors.salience import Salience as Salience
    from excerpt.compressors.selection.acc_rag import ACCRAG as ACCRAG
    from excerpt.compressors.selection.beyond_nearest_neighbors import (
        BeyondNearestNeighbors as BeyondNearestNeighbors,
    )
    from excerpt.compressors.selection.comi import COMI as COMI
    from excerpt.compressors.selection.compact import CompAct as CompAct
    from excerpt.compressors.selection.dslr import Dslr as Dslr
    from excerpt.compressors.selection.ecorag import ECoRAG as ECoRAG
    from excerpt.compressors.selection.ldar import LDAR as LDAR
    from excerpt.compressors.selection.lingoedu import LingoEdu as LingoEdu
    from excerpt.compressors.selection.loocomp import LooComp as LooComp
    from excerpt.compressors.selection.qgc import QGC as QGC
    from excerpt.compressors.selection.semantic_compression import SemanticCompression as SemanticCompression
    from excerpt.compressors.selectors.gap import LargestGap as LargestGap
    from excerpt.compressors.sentinel import Sentinel as Sentinel
    from excerpt.compressors.similarity_mix import SimilarityMix as SimilarityMix
    from excerpt.compressors.soft import Soft as Soft
    from excerpt.compressors.traces.step_entropy import StepEntropy as StepEntropy
    from excerpt.compressors.traces.tokenskip import TokenSkip as TokenSkip
    from excerpt.compressors.xrag import XRAG as XRAG

_PLACES = {
    "Extractive": "excerpt.compressors.extractive",
    "Guards": "excerpt.compressors.guards.protection",
    "LargestGap": "excerpt.compressors.selectors.gap",
    **modules_of(COMPRESSORS.values()),
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
