"""A chain of excerpt's own in a process of its own: what its memory peaks at."""

from collections.abc import Callable
from typing import Any

from excerpt.eval.chains import named_chain

DISTRIBUTIONS = ["excerpt", "onnxruntime"]


def start(settings: dict[str, str]) -> Callable[..., Any]:
    """Ready to compress; models are loaded on the first question."""
    chain = named_chain(settings["chain"])

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:
        result = chain.compress(question, tuple(passages), budget=ratio)
        return result.text, [kept.text for kept in result.passages]

    return compress
