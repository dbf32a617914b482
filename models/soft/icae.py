"""ICAE (2307.06945): a model with an adapter writes a passage into memory slots, which the model without it reads.

The published layout (getao/icae, second version): one safetensors file with the adapter under
``icae.base_model.model.`` and the embeddings of the slots and of three marks as ``memory_token_embed.weight``. The base
model is had apart. Their code is not needed, and never run.
"""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory
from excerpt.models.generation.generator import load_generator
from excerpt.models.generation.lora import merge_tensors
from excerpt.models.generation.prompt import Prompt
from excerpt.models.runtime.tensors import read_tensors
from excerpt.models.xrag.manifest import reader_traits
from excerpt.models.xrag.prompts import XragPrompts
from excerpt.values.soft import SoftContext, SoftPassage

__all__ = ["ICAE_PROMPTS", "Icae"]

_ADAPTER, _SLOTS = "icae.", "memory_token_embed.weight"
_MARKS = 3  # rows behind the slots: autoencoding, language modelling, fine-tuned
_PURPOSE = "compressing passages into memory slots"

ICAE_PROMPTS = XragPrompts(
    "icae",
    Prompt("", "[INST]{context} {question} [/INST]", "[INST] {question} [/INST]", raw=True),
    (),
    separator="",
    gap=" ",
)
"""What the authors' inference says around the slots, for `excerpt.models.readers.XragReader` over the base model."""


class Icae:
    """Passages as memory slots of a causal language model; loaded on first use.

    Args:
        checkpoint: The published file, ``mistral_7b_ft_icae.safetensors``.
        base: The base model: a directory or a hub name; the file's is Mistral-7B-Instruct-v0.2.
        alpha: Of the adapter; the authors' is 32, and the rank is the file's.
        rate: Tokens a slot; the authors' is 4. A segment of so many tokens times the slots becomes all slots.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ModelError: There is no such file, or no such model.
    """

    def __init__(
        self,
        checkpoint: str | Path,
        base: str | Path,
        *,
        alpha: float = 32.0,
        rate: int = 4,
        device: str = "cpu",
        dtype: str = "float32",
    ) -> None:
        self.path = Path(checkpoint)
        if not self.path.is_file():
            message = f"icae: there is no file {self.path}; give the published .safetensors"
            raise ModelError(message)
        self.directory = find_directory(base, weights="torch")
        self.alpha, self.rate, self.device, self.dtype = alpha, rate, device, dtype
        self._lock = Lock()
        self._loaded: tuple[Any, Any, Any] | None = None

    @cached_property
    def reader(self) -> str:
        """The fingerprint of the base model, which alone can read the slots."""
        return reader_traits(self.directory).fingerprint

    def embed(self, text: str) -> NDArray[np.float32]:
        """The slots of a text, float32 ``(segments * slots, dim)``: its tokens in segments of equal length.

        Raises:
            InputError: The text has no token.
            ModelError: The files do not belong together.
        """
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        tokenizer, network, table = self._load()
        ids = tokenizer(text)["input_ids"]
        if not text.strip() or not ids:
            message = "icae: a passage is empty; only text can be written into slots"
            raise InputError(message)
        slots = table[:-_MARKS]
        segments = ceil(len(ids) / (len(slots) * self.rate))
        length = ceil(len(ids) / segments)
        rows = []
        with torch.inference_mode():
            for start in range(0, len(ids), length):
                fed = torch.tensor([ids[start : start + length]], device=self.device)
                words = network.get_input_embeddings()(fed)
                inputs = torch.cat([words, slots[None].to(words.dtype)], dim=1)
                states = network.base_model(inputs_embeds=inputs, use_cache=False).last_hidden_state
                rows.append(states[0, -len(slots) :].float().cpu().numpy())
        return np.concatenate(rows)

    def soft(self, texts: Sequence[str]) -> SoftContext:
        """Passages as their slots, one after the other, and the mark of the fine-tuned model behind them.

        For `excerpt.models.readers.XragReader.read_soft`, with `ICAE_PROMPTS`; each slot is a token of its window.

        Args:
            texts: The passages, one or more.

        Raises:
            InputError: A text is empty, or there is none.
        """
        if not texts:
            message = "icae: there is no passage to compress"
            raise InputError(message)
        made = [SoftPassage(index, row) for index, text in enumerate(texts) for row in self.embed(text)]
        mark = self._load()[2][-1].float().cpu().numpy()
        return SoftContext((*made, SoftPassage(len(texts) - 1, mark)), self.reader, separator="", gap=" ")

    def _load(self) -> tuple[Any, Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read()
        return self._loaded

    def _read(self) -> tuple[Any, Any, Any]:
        """Tokenizer, the model with its adapter, and the embeddings of slots and marks."""
        tensors = read_tensors(self.path, "pt").tensors
        table = tensors.pop(_SLOTS, None)
        adapter = {
            name.removeprefix(_ADAPTER): tensor for name, tensor in tensors.items() if ".lora_" in name
        }
        ranks = {len(tensor) for name, tensor in adapter.items() if ".lora_A" in name}
        tokenizer, network = load_generator(
            self.directory, "causal language model", dtype=self.dtype, device=self.device
        )
        width = network.get_input_embeddings().weight.shape[1]
        if table is None or len(table) <= _MARKS or table.shape[1] != width or len(ranks) != 1:
            message = (
                f"{self.path} is no ICAE for {self.directory}: an adapter of one rank (it has {sorted(ranks)}) and "
                f"{_SLOTS} of width {width} are needed (it has {None if table is None else tuple(table.shape)})"
            )
            raise ModelError(message)
        merge_tensors(network, adapter, self.alpha / ranks.pop(), str(self.path))
        return tokenizer, network, table.to(self.device)
