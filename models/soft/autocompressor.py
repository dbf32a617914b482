"""AutoCompressor (2305.14788): a Llama writes each segment of a passage into summary vectors, which it reads itself.

The published layout (princeton-nlp/AutoCompressor-Llama-2-7b-6k): a whole Llama in Hugging Face layout whose weights
hold the embeddings of the summary tokens as ``embed_summary.weight``, and whose settings say ``summary_length`` and
``accumulate_summary``. The Llama itself is a plain one: no position is changed, so transformers runs it as it is. Their
code is not needed, and never run. Those on OPT take the positions of summary vectors out of the network, which a plain
OPT as reader does not; they are refused.
"""

from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import ConfigError, ModelError
from excerpt.imports.extras import require
from excerpt.models.card import read_json
from excerpt.models.directories import find_directory
from excerpt.models.generation.generator import load_generator
from excerpt.models.generation.prompt import Prompt
from excerpt.models.runtime.shards import read_wanted
from excerpt.models.soft.language_model import LanguageModelCompressor
from excerpt.models.xrag.prompts import XragPrompts

__all__ = ["AUTOCOMPRESSOR_PROMPTS", "AutoCompressor"]

_SUMMARY = "embed_summary.weight"
_PURPOSE = "compressing passages into summary vectors"

AUTOCOMPRESSOR_PROMPTS = XragPrompts(
    "autocompressor",
    Prompt("", "{context}Question: {question}\nAnswer:", "Question: {question}\nAnswer:", raw=True),
    (),
    mark="<summary>",
    separator="",
    gap="",
)
"""Summary vectors stand first, then text, as in training; the words of the question are ours, the model being a plain
language model."""


class AutoCompressor(LanguageModelCompressor):
    """Passages as summary vectors of a Llama; loaded on first use.

    Each passage is compressed by itself, and what is made of several stands side by side (the paper's fused summaries).

    Args:
        model: The checkpoint: a directory or a hub name. It is the reader too.
        segment: Tokens that are summarised at once, at most; the authors trained on 6,144 tokens in four.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ConfigError: ``segment`` is not positive.
        ModelError: There is no such model, or it is no AutoCompressor on Llama.
    """

    name = "autocompressor"
    prompts = AUTOCOMPRESSOR_PROMPTS

    def __init__(
        self, model: str | Path, *, segment: int = 1536, device: str = "cpu", dtype: str = "float32"
    ) -> None:
        super().__init__(find_directory(model, weights="torch"), device, dtype)
        config = read_json(self.directory / "config.json")
        count, kind = config.get("summary_length"), config.get("model_type")
        if kind != "llama" or not isinstance(count, int) or count < 1:
            message = (
                f"{self.directory} is no AutoCompressor on Llama: its config.json says model_type {kind!r} and "
                f"summary_length {count!r}; expected 'llama' and a number above 0"
            )
            raise ModelError(message)
        if segment < 1:
            message = f"autocompressor: segment must be 1 or more, got {segment}"
            raise ConfigError(message)
        self.count, self.segment = count, segment
        self.accumulate = bool(config.get("accumulate_summary"))

    @cached_property
    def fingerprint(self) -> str:
        """Of the checkpoint and the settings."""
        return f"autocompressor {self.reader.fingerprint} {self.segment} {self.dtype}"

    def slots(self, text: str) -> int:
        """How many embeddings a text becomes: ``summary_length`` for each segment, or for the last alone.

        Raises:
            InputError: The text has no token.
        """
        ids = self._ids(text, add_special_tokens=False)
        return self.count * (ceil(len(ids) / self.segment) if self.accumulate else 1)

    def embed(self, text: str) -> NDArray[np.float32]:
        """The summary vectors of a text, float32 ``(slots, dim)``.

        Each segment is read behind the vectors of those before it.

        Raises:
            InputError: The text has no token.
            ModelError: The files do not belong together.
        """
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        _, network, table = self._load()
        ids = self._ids(text, add_special_tokens=False)
        with torch.inference_mode():
            made = table[:0]
            for start in range(0, len(ids), self.segment):
                fed = torch.tensor(ids[start : start + self.segment], device=self.device)
                inputs = torch.cat([made, network.get_input_embeddings()(fed), table])
                states = network.base_model(inputs_embeds=inputs[None], use_cache=False).last_hidden_state[0]
                new = states[-self.count :]
                made = torch.cat([made, new]) if self.accumulate else new
        rows: NDArray[np.float32] = made.float().cpu().numpy()
        return rows

    def _read(self) -> tuple[Any, Any, Any]:
        """Tokenizer, network, and the embeddings of the summary tokens."""
        tokenizer, network = load_generator(
            self.directory, "causal language model", dtype=self.dtype, device=self.device
        )
        words = network.get_input_embeddings().weight
        table = read_wanted(self.directory, {_SUMMARY}).get(_SUMMARY)
        if table is None or tuple(table.shape) != (self.count, words.shape[1]):
            message = (
                f"{self.directory}: expected {_SUMMARY} of the shape {(self.count, words.shape[1])}, found "
                f"{None if table is None else tuple(table.shape)}"
            )
            raise ModelError(message)
        return tokenizer, network, table.to(words.device, words.dtype)
