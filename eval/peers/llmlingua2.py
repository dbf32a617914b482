"""Microsoft's llmlingua with an LLMLingua-2 checkpoint: the words that a token classifier keeps, whatever is asked."""

from collections.abc import Callable
from typing import Any

from llmlingua import PromptCompressor

DISTRIBUTIONS = ["llmlingua", "transformers", "torch"]


def start(settings: dict[str, str]) -> Callable[..., Any] | str:
    """Ready to compress; the checkpoint is loaded."""
    model = settings.get("llmlingua2")
    if not model:
        return "it needs a checkpoint (--peer-model llmlingua2=DIR): winnow bundles a head on an encoder, not one"

    compressor = PromptCompressor(model_name=model, use_llmlingua2=True, device_map="cpu")

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:  # noqa: ARG001 - it is not asked
        found = compressor.compress_prompt(
            [passage["text"] for passage in passages], rate=ratio, force_tokens=["\n", "?", ".", "!"]
        )
        return found["compressed_prompt"], found["compressed_prompt_list"]

    return compress
