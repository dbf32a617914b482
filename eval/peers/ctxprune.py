"""ctxprune: words by a token classifier after LLMLingua-2, whatever is asked.

Written after its source: its checkpoint was not at hand to run it.
"""

from collections.abc import Callable
from typing import Any

from ctxprune.compress import Compressor

DISTRIBUTIONS = ["ctxprune", "onnxruntime"]


def start(settings: dict[str, str]) -> Callable[..., Any] | str:
    """Ready to compress; the checkpoint is loaded."""
    model = settings.get("ctxprune")
    if not model:
        return "it needs its checkpoint (--peer-model ctxprune=DIR)"
    compressor = Compressor(model)

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:  # noqa: ARG001 - it is not asked
        kept = [compressor.compress(passage["text"], rate=ratio)["text"] for passage in passages]
        return "\n\n".join(kept), kept

    return compress
