"""Microsoft's llmlingua with an LLMLingua-2 checkpoint: the words that a token classifier keeps, whatever is asked."""

from collections.abc import Callable
from typing import Any

import tiktoken
from llmlingua import PromptCompressor

DISTRIBUTIONS = ["llmlingua", "transformers", "torch", "tiktoken"]
NOTES: dict[str, str] = {}


class _Pieces:
    """Counts about as many tokens as GPT-3.5's encoding, which weighs words when the rate is met: four letters each."""

    def encode(self, text: str) -> list[int]:
        return [0] * max(1, round(len(text) / 4)) if text else []


def start(settings: dict[str, str]) -> Callable[..., Any] | str:
    """Ready to compress; the checkpoint is loaded."""
    model = settings.get("llmlingua2")
    if not model:
        return "it needs a checkpoint (--peer-model llmlingua2=DIR): excerpt bundles a head on an encoder, not one"
    try:
        tiktoken.encoding_for_model("gpt-3.5-turbo")
    except OSError:  # it is downloaded, and there is no network
        NOTES["words weighed by"] = "letters, for want of GPT-3.5's encoding"
        tiktoken.encoding_for_model = lambda _: _Pieces()  # type: ignore[assignment,return-value]  # a stand-in
    compressor = PromptCompressor(model_name=model, use_llmlingua2=True, device_map="cpu")

    def compress(question: str, passages: list[dict[str, str]], ratio: float) -> tuple[str, list[str]]:  # noqa: ARG001 - it is not asked
        found = compressor.compress_prompt(
            [passage["text"] for passage in passages],
            rate=ratio,
            force_tokens=["\n", "?"],  # as its README has it
            use_context_level_filter=False,  # it would drop whole passages, whatever is asked
        )
        return found["compressed_prompt"], found["compressed_prompt_list"]

    return compress
