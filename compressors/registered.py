"""The names of everything here that stands in TOML files and on the command line: one line each.

This is the one place. The registry of the core (`excerpt.registry`), the names that `excerpt.compressors` exports, the
command line and the checks of the docs are made from it; ``python tools/write_faces.py`` brings what type checkers
read up to date.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["COMPRESSORS", "DEFAULTS", "GATES", "PRESETS", "SCORERS", "SELECTORS", "SPLITTERS"]

COMPRESSORS: Mapping[str, str] = {
    "acc-rag": "excerpt.compressors.selection.acc_rag:ACCRAG",
    "adaptive-k": "excerpt.compressors.adaptive_k:AdaptiveK",
    "beyond-nearest-neighbors": "excerpt.compressors.selection.beyond_nearest_neighbors:BeyondNearestNeighbors",
    "bm25-sentences": "excerpt.compressors.baselines.sampling:Bm25Sentences",
    "by-language": "excerpt.compressors.by_language:ByLanguage",
    "comi": "excerpt.compressors.selection.comi:COMI",
    "compact": "excerpt.compressors.selection.compact:CompAct",
    "dslr": "excerpt.compressors.selection.dslr:Dslr",
    "ecorag": "excerpt.compressors.selection.ecorag:ECoRAG",
    "evidence-ranker": "excerpt.compressors.evidence_ranker:EvidenceRanker",
    "exit": "excerpt.compressors.language_model.exit:Exit",
    "gemfilter": "excerpt.compressors.language_model.gemfilter:GemFilter",
    "late-interaction": "excerpt.compressors.late_interaction:LateInteraction",
    "ldar": "excerpt.compressors.selection.ldar:LDAR",
    "lexical": "excerpt.compressors.lexical:Lexical",
    "lexical-ranker": "excerpt.compressors.lexical_ranker:LexicalRanker",
    "lingoedu": "excerpt.compressors.selection.lingoedu:LingoEdu",
    "llmlingua2": "excerpt.compressors.llmlingua2:LLMLingua2",
    "longcodezip": "excerpt.compressors.language_model.longcodezip:LongCodeZip",
    "longllmlingua": "excerpt.compressors.language_model.longllmlingua:LongLLMLingua",
    "loocomp": "excerpt.compressors.selection.loocomp:LooComp",
    "passage-similarity": "excerpt.compressors.passage_similarity:PassageSimilarity",
    "perception-compressor": "excerpt.compressors.language_model.perception:PerceptionCompressor",
    "pruner": "excerpt.compressors.pruner:Pruner",
    "qgc": "excerpt.compressors.selection.qgc:QGC",
    "random": "excerpt.compressors.baselines.sampling:RandomUnits",
    "recomp-abstractive": "excerpt.compressors.recomp_abstractive:RecompAbstractive",
    "recomp-extractive": "excerpt.compressors.recomp:RecompExtractive",
    "rerank-truncate": "excerpt.compressors.baselines.truncate:RerankTruncate",
    "salience": "excerpt.compressors.salience:Salience",
    "selective-context": "excerpt.compressors.language_model.selective_context:SelectiveContext",
    "semantic-compression": "excerpt.compressors.selection.semantic_compression:SemanticCompression",
    "sentinel": "excerpt.compressors.sentinel:Sentinel",
    "similarity-mix": "excerpt.compressors.similarity_mix:SimilarityMix",
    "soft": "excerpt.compressors.soft:Soft",
    "specpc": "excerpt.compressors.language_model.specpc:SpecPC",
    "step-entropy": "excerpt.compressors.traces.step_entropy:StepEntropy",
    "swe-pruner": "excerpt.compressors.language_model.swe_pruner:SwePruner",
    "tcra-llm": "excerpt.compressors.language_model.tcra_llm:TcraLLM",
    "tokenskip": "excerpt.compressors.traces.tokenskip:TokenSkip",
    "truncate": "excerpt.compressors.baselines.truncate:Truncate",
    "xrag": "excerpt.compressors.xrag:XRAG",
}
"""Stages of a chain (`excerpt.protocols.Compressor`)."""

SPLITTERS: Mapping[str, str] = {
    "block": "excerpt.compressors.units.splitting:split_blocks",
    "clause": "excerpt.compressors.units.clauses:split_clauses",
    "function": "excerpt.compressors.units.functions:split_functions",
    "line": "excerpt.compressors.units.single_lines:split_lines",
    "passage": "excerpt.compressors.units.splitting:split_passages",
    "phrase": "excerpt.compressors.units.phrases:split_phrases",
    "record": "excerpt.compressors.units.structure:split_records",
    "sentence": "excerpt.compressors.units.sentences:split_sentences",
    "step": "excerpt.compressors.units.steps:split_steps",
    "word": "excerpt.compressors.units.words:split_words",
}
"""Kinds of unit (`excerpt.protocols.Splitter`)."""

SCORERS: Mapping[str, str] = {
    "attention": "excerpt.compressors.scorers.attention:attention_score",
    "bm25": "excerpt.compressors.scorers.bm25:Bm25",
    "centrality-order": "excerpt.compressors.scorers.centrality_order:centrality_order",
    "communities": "excerpt.compressors.scorers.communities:communities",
    "contrastive-perplexity": (
        "excerpt.compressors.scorers.language_model.contrastive_perplexity:contrastive_perplexity"
    ),
    "cross-encoder": "excerpt.compressors.scorers.cross_encoder:cross_encoder",
    "decoder-attention": "excerpt.compressors.scorers.language_model.decoder_attention:decoder_attention",
    "embedding-shift": "excerpt.compressors.scorers.embedding_shift:embedding_shift",
    "embedding-similarity": "excerpt.compressors.scorers.similarity:embedding_similarity",
    "evidence": "excerpt.compressors.scorers.evidence:evidence_score",
    "exit": "excerpt.compressors.scorers.language_model.exit:exit_score",
    "given-scores": "excerpt.compressors.scorers.given:GivenScores",
    "guiding-questions": "excerpt.compressors.scorers.language_model.guiding_questions:guiding_questions",
    "keep-probability": "excerpt.compressors.scorers.keep_probability:keep_probability",
    "late-interaction": "excerpt.compressors.scorers.late_interaction:late_interaction",
    "leave-one-out": "excerpt.compressors.scorers.leave_one_out:LeaveOneOut",
    "lexical": "excerpt.compressors.scorers.lexical:LexicalScore",
    "lexical-evidence": "excerpt.compressors.scorers.lexical_evidence:LexicalEvidence",
    "needed-tokens": "excerpt.compressors.scorers.needed_tokens:needed_tokens",
    "passage-then-position": "excerpt.compressors.scorers.order:PassageThenPosition",
    "position": "excerpt.compressors.scorers.order:Position",
    "question-likelihood": "excerpt.compressors.scorers.language_model.question_likelihood:question_likelihood",
    "random": "excerpt.compressors.scorers.order:RandomOrder",
    "salience": "excerpt.compressors.scorers.salience:SalienceScore",
    "similarity-mix": "excerpt.compressors.scorers.mixed:mixed_similarity",
    "step-novelty": "excerpt.compressors.scorers.step_novelty:StepNovelty",
    "step-surprisal": "excerpt.compressors.scorers.language_model.step_surprisal:step_surprisal",
    "surprisal": "excerpt.compressors.scorers.language_model.surprisal:surprisal",
    "swe-pruner": "excerpt.compressors.scorers.language_model.swe_pruner:swe_pruner_score",
    "yes-no": "excerpt.compressors.scorers.language_model.yes_no:yes_no",
}
"""What says how much a unit is worth (`excerpt.protocols.Scorer`)."""

SELECTORS: Mapping[str, str] = {
    "at-least": "excerpt.compressors.selectors.thresholds:AtLeast",
    "dual-slope": "excerpt.compressors.selectors.dual_slope:DualSlope",
    "band": "excerpt.compressors.selectors.band:Band",
    "facility-location": "excerpt.compressors.selectors.facility_location:FacilityLocation",
    "greedy": "excerpt.compressors.selectors.greedy:Greedy",
    "knapsack": "excerpt.compressors.selectors.knapsack:Knapsack",
    "largest-gap": "excerpt.compressors.selectors.gap:LargestGap",
    "marginal-gain": "excerpt.compressors.selectors.marginal_gain:MarginalGain",
    "needed-steps": "excerpt.compressors.selectors.needed_steps:NeededSteps",
    "neighbours": "excerpt.compressors.selectors.neighbours:Neighbours",
    "novel": "excerpt.compressors.selectors.novelty:Novel",
    "ranked-rate": "excerpt.compressors.selectors.ranked_rate:RankedRate",
    "relative-mass": "excerpt.compressors.selectors.mass:RelativeMass",
    "top-n": "excerpt.compressors.selectors.top_n:TopN",
    "top-per-level": "excerpt.compressors.selectors.top_per_level:TopPerLevel",
    "top-share": "excerpt.compressors.selectors.share:TopShare",
}
"""What says which units are kept, or in which order they are bought (`excerpt.protocols.Selector`)."""

GATES: Mapping[str, str] = {
    "reader-confidence": "excerpt.compressors.gates.reader_confidence:ReaderConfidence",
    "score-mass": "excerpt.compressors.gates.score_mass:ScoreMass",
    "yes-no": "excerpt.compressors.gates.yes_no:YesNo",
}
"""What says whether what is kept is enough (`excerpt.protocols.Gate`)."""

DEFAULTS: Mapping[str, str] = {
    "cut": "excerpt.compressors.baselines.truncate:RerankTruncate",
    "fallback": "excerpt.compressors.lexical_ranker:LexicalRanker",
    "guards": "excerpt.compressors.guards.protection:Guards",
    "parts": "excerpt.compressors.extractive:from_parts",
    "shorten": "excerpt.compressors.units.best_parts:best_parts",
    "skim": "excerpt.compressors.skimming:skim",
}
"""What a chain uses where nothing else is given (`excerpt.registry.DEFAULTS`)."""

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "default": {"stage": [{"use": "evidence-ranker"}]},
    "fast": {"stage": [{"use": "lexical-ranker"}]},
    "multilingual": {
        "stage": [
            {
                "use": "evidence-ranker",
                "model": "evidence-ranker-multilingual-e5-small",
                "encoder": "multilingual-e5-small",
            }
        ]
    },
    "auto": {"stage": [{"use": "by-language"}]},
    "query-free": {"stage": [{"use": "salience"}]},
}
"""Chains by name, in the form of a TOML file."""
