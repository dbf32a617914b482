"""OpenProvence: one network reranks and prunes sentences.

Written after its documentation: neither package nor checkpoint was at hand to run it.
"""

from collections.abc import Callable
from typing import Any

from open_provence.modeling_open_provence_standalone import OpenProvenceModel

DISTRIBUTIONS = ["open-provence", "transformers", "torch"]
_THRESHOLD = 0.1  # its default: how much is kept follows from it, not from the ratio asked for


def start(settings: dict[str, str]) -> Callable[..., Any] | str:
    """Ready to prune; the checkpoint is loaded."""
    model = settings.get("open-provence")
    if not model:
        return "it needs its checkpoint (--peer-model open-provence=DIR)"
    # The package's own class: a checkpoint that brings its code along is not asked to run it.

    network = OpenProvenceModel.from_pretrained(model)

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:  # noqa: ARG001 - a threshold decides
        texts = [passage["text"] for passage in passages]
        # Nested once: several contexts of one question.
        found = network.process(question=question, context=[texts], threshold=_THRESHOLD)
        kept = list(found["pruned_context"][0])
        return "\n\n".join(text for text in kept if text), kept

    return compress
