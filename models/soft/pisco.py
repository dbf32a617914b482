"""PISCO (2501.16075, after COCOM 2407.09252): a decoder with one adapter writes memory tokens, with another it reads.

The published layout (naver/pisco-mistral): ``config.json`` names the base model, ``adapters.pth`` holds the two LoRA
adapters, ``decoder_first_last_layers.pth`` the embeddings and the head with the rows of the added tokens. Both are read
as weights only; their code is not needed, and never run. The reader is written once as a plain
model (`excerpt.models.soft.pisco_checkpoint.save_reader`).
"""

from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.generation.prompt import Prompt
from excerpt.models.soft.language_model import LanguageModelCompressor
from excerpt.models.soft.pisco_checkpoint import ADAPTERS, checkpoint_config, load_decoder, memory_tokens
from excerpt.models.xrag.prompts import XragPrompts

__all__ = ["PISCO_PROMPTS", "Pisco"]

_PURPOSE = "compressing passages into memory tokens"
_SYSTEM = (
    "You are a helpful assistant. Your task is to extract relevant information from provided documents and to answer "
    "to questions as briefly as possible."
)

PISCO_PROMPTS = XragPrompts(
    "pisco",
    Prompt(_SYSTEM, "Background:\n{context}\n\nQuestion:{question}", "Question:{question}"),
    (),
    mark="<memory>",
    separator="",
    gap="\n",
)
"""What the authors' inference says, in the chat template of the base model."""


class Pisco(LanguageModelCompressor):
    """Passages as memory tokens; loaded on first use.

    A passage of more tokens than the checkpoint takes at once becomes several; the authors cut it.

    Args:
        checkpoint: The published folder.
        reader: What `save_reader` wrote of it.
        device: ``"cpu"``, ``"cuda"``, ...
        dtype: ``"float32"``, ``"bfloat16"`` or ``"float16"``.

    Raises:
        ModelError: There is no such folder, or it is no PISCO checkpoint.
    """

    name = "pisco"
    prompts = PISCO_PROMPTS

    def __init__(
        self, checkpoint: str | Path, reader: str | Path, *, device: str = "cpu", dtype: str = "float32"
    ) -> None:
        super().__init__(find_directory(reader, weights="torch"), device, dtype)
        self.checkpoint = Path(checkpoint)
        config = checkpoint_config(self.checkpoint)
        self.length = int(config["doc_max_length"])
        self.count = self.length // int(config["compr_rate"])

    @cached_property
    def fingerprint(self) -> str:
        """Of the adapters, the reader and the settings."""
        return f"pisco {file_sha256(self.checkpoint / ADAPTERS)} {self.reader.fingerprint} {self.dtype}"

    def slots(self, text: str) -> int:
        """How many embeddings a text becomes: memory tokens and a separator for each part.

        Raises:
            InputError: The text has no token.
        """
        return ceil(len(self._ids(text, add_special_tokens=False)) / self.length) * (self.count + 1)

    def embed(self, text: str) -> NDArray[np.float32]:
        """Memory tokens and a separator for each part of a text, float32 ``(slots, dim)``.

        Raises:
            InputError: The text has no token.
            ModelError: The files do not belong together.
        """
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        tokenizer, network, memory = self._load()
        ids = self._ids(text, add_special_tokens=False)
        encode, separator = tokenizer.convert_tokens_to_ids(["<ENC>", "<SEP>"])
        rows = []
        with torch.inference_mode():
            for start in range(0, len(ids), self.length):
                part = ids[start : start + self.length]
                fed = [encode, tokenizer.bos_token_id, *part, tokenizer.eos_token_id, *memory]
                inputs = torch.tensor([fed], device=self.device)
                states = network.base_model(input_ids=inputs, use_cache=False).last_hidden_state[0]
                between = network.get_input_embeddings()(torch.tensor([separator], device=self.device))
                rows.append(torch.cat([states[-self.count :], between]).float().cpu().numpy())
        return np.concatenate(rows)

    def _read(self) -> tuple[Any, Any, Any]:
        """Tokenizer, the network that writes, and the ids of the memory tokens."""
        tokenizer, network = load_decoder(self.checkpoint, "encoder_adapter", self.dtype, self.device)
        names = memory_tokens(checkpoint_config(self.checkpoint))
        return tokenizer, network, tokenizer.convert_tokens_to_ids(names)
