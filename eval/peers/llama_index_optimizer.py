"""LlamaIndex's SentenceEmbeddingOptimizer: of each passage the nearest share of its sentences."""

from collections.abc import Callable
from typing import Any

from llama_index.core.postprocessor import SentenceEmbeddingOptimizer
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

DISTRIBUTIONS = ["llama-index-core", "llama-index-embeddings-huggingface", "sentence-transformers", "torch"]


def start(settings: dict[str, str]) -> Callable[..., Any]:
    """Ready to shorten; the encoder is loaded."""
    model = HuggingFaceEmbedding(model_name=settings["encoder"], device="cpu")

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        nodes = [NodeWithScore(node=TextNode(text=passage["text"])) for passage in passages]
        optimizer = SentenceEmbeddingOptimizer(embed_model=model, percentile_cutoff=ratio)
        found = optimizer.postprocess_nodes(nodes, query_bundle=QueryBundle(question))
        kept = [node.node.get_content() for node in found]
        return "\n\n".join(kept), kept

    return compress
