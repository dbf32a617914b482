"""A chain of winnow's own in a process of its own: what its memory peaks at."""

from collections.abc import Callable
from typing import Any

from winnow.eval.chains import named_chain

DISTRIBUTIONS = ["winnow-rag", "onnxruntime"]


def start(settings: dict[str, str]) -> Callable[..., Any]:
    """Ready to compress; models are loaded on the first question."""
    chain = named_chain(settings["chain"])

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        result = chain.compress(question, tuple(passages), budget=ratio)
        return result.text, [kept.text for kept in result.passages]

    return compress
