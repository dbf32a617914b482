"""Selective Context: phrases that a language model finds least predictable, whatever is asked."""

from collections.abc import Callable
from typing import Any

from selective_context import SelectiveContext

DISTRIBUTIONS = ["selective-context", "transformers", "spacy", "torch"]


def start(settings: dict[str, str]) -> Callable[..., Any] | str:  # noqa: ARG001 - it knows one model by name
    """Ready to compress; GPT-2 and a spaCy pipeline are loaded."""
    compressor = SelectiveContext(model_type="gpt2", lang="en")

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:  # noqa: ARG001 - it is not asked
        kept = [compressor(passage["text"], reduce_ratio=1 - ratio)[0] for passage in passages]
        return "\n\n".join(kept), kept

    return compress
