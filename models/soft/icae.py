"""ICAE (2307.06945): a model with an adapter writes a passage into memory slots, which the model without it reads.

The published layout (getao/icae, second version): one safetensors file with the adapter under
``icae.base_model.model.`` and the embeddings of the slots and of three marks as ``memory_token_embed.weight``. The base
model is had apart. Their code is not needed, and never run.
"""

from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.generation.generator import load_generator
from excerpt.models.generation.lora import merge_tensors
from excerpt.models.generation.prompt import Prompt
from excerpt.models.runtime.tensors import read_tensors
from excerpt.models.soft.language_model import LanguageModelCompressor
from excerpt.models.xrag.prompts import XragPrompts

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


class Icae(LanguageModelCompressor):
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

    name = "icae"
    prompts = ICAE_PROMPTS

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
        super().__init__(find_directory(base, weights="torch"), device, dtype)
        self.alpha, self.rate = alpha, rate

    @cached_property
    def fingerprint(self) -> str:
        """Of the file, the base model and the settings."""
        return (
            f"icae {file_sha256(self.path)} {self.reader.fingerprint} {self.alpha} {self.rate} {self.dtype}"
        )

    @property
    def closing(self) -> NDArray[np.float32]:
        """The mark of the fine-tuned model, float32 ``(1, dim)``."""
        mark: NDArray[np.float32] = self._load()[2][-1:].float().cpu().numpy()
        return mark

    def slots(self, text: str) -> int:
        """How many embeddings a text becomes: all slots for each segment.

        Raises:
            InputError: The text has no token.
        """
        return self._segments(len(self._ids(text))) * self._slots

    def embed(self, text: str) -> NDArray[np.float32]:
        """The slots of a text, float32 ``(segments * slots, dim)``: its tokens in segments of equal length.

        Raises:
            InputError: The text has no token.
            ModelError: The files do not belong together.
        """
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        _, network, table = self._load()
        ids = self._ids(text)
        slots = table[:-_MARKS]
        length = ceil(len(ids) / self._segments(len(ids)))
        rows = []
        with torch.inference_mode():
            for start in range(0, len(ids), length):
                fed = torch.tensor([ids[start : start + length]], device=self.device)
                words = network.get_input_embeddings()(fed)
                inputs = torch.cat([words, slots[None].to(words.dtype)], dim=1)
                states = network.base_model(inputs_embeds=inputs, use_cache=False).last_hidden_state
                rows.append(states[0, -len(slots) :].float().cpu().numpy())
        return np.concatenate(rows)

    @property
    def _slots(self) -> int:
        return len(self._load()[2]) - _MARKS

    def _segments(self, tokens: int) -> int:
        """At most so many as the authors' ceiling says; fewer where equal lengths use fewer up."""
        length = ceil(tokens / ceil(tokens / (self._slots * self.rate)))
        return ceil(tokens / length)

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
