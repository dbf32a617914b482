"""LangChain's EmbeddingsFilter: the nearest share of the passages, in the order of their similarity."""

from collections.abc import Callable
from typing import Any

from langchain_classic.retrievers.document_compressors import EmbeddingsFilter
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings

DISTRIBUTIONS = ["langchain-classic", "langchain-huggingface", "sentence-transformers", "torch"]


def start(settings: dict[str, str]) -> Callable[..., Any]:
    """Ready to filter; the encoder is loaded."""
    embeddings = HuggingFaceEmbeddings(model_name=settings["encoder"], model_kwargs={"device": "cpu"})

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        documents = [
            Document(page_content=passage["text"], metadata={"place": place})
            for place, passage in enumerate(passages)
        ]
        wanted = max(1, round(ratio * len(documents)))
        found = EmbeddingsFilter(embeddings=embeddings, k=wanted).compress_documents(documents, question)
        kept = [""] * len(passages)
        for document in found:
            kept[document.metadata["place"]] = document.page_content
        return "\n\n".join(document.page_content for document in found), kept

    return compress
