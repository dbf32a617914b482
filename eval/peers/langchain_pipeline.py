"""LangChain's DocumentCompressorPipeline, as documented: split, drop repeats, keep the nearest chunks."""

from collections.abc import Callable
from typing import Any

from langchain_classic.retrievers.document_compressors import DocumentCompressorPipeline, EmbeddingsFilter
from langchain_community.document_transformers import EmbeddingsRedundantFilter
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import CharacterTextSplitter

DISTRIBUTIONS = [
    "langchain-classic",
    "langchain-community",
    "langchain-text-splitters",
    "langchain-huggingface",
    "sentence-transformers",
    "torch",
]


def start(settings: dict[str, str]) -> Callable[..., Any]:
    """Ready to filter; the encoder is loaded."""
    embeddings = HuggingFaceEmbeddings(model_name=settings["encoder"], model_kwargs={"device": "cpu"})
    splitter = CharacterTextSplitter(chunk_size=300, chunk_overlap=0, separator=". ")
    redundant = EmbeddingsRedundantFilter(embeddings=embeddings)

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        documents = [
            Document(page_content=passage["text"], metadata={"place": place})
            for place, passage in enumerate(passages)
        ]
        wanted = max(1, round(ratio * len(splitter.split_documents(documents))))
        relevant = EmbeddingsFilter(embeddings=embeddings, k=wanted)
        pipeline = DocumentCompressorPipeline(transformers=[splitter, redundant, relevant])
        found = pipeline.compress_documents(documents, question)
        kept = [""] * len(passages)
        for document in found:
            place = document.metadata["place"]
            kept[place] = f"{kept[place]}\n{document.page_content}".strip()
        return "\n\n".join(document.page_content for document in found), kept

    return compress
