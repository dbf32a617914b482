"""A Hugging Face decoder as a proxy: what its last prompt token attends to, in every layer and head."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from excerpt.cached import cached_property
from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.models.attention.decoder.options import DecoderProbe, DecoderRun, layers_of, tokens_of
from excerpt.models.attention.decoder.prompt import DecoderPrompt, PromptTemplate, TokenisedPrompt
from excerpt.models.attention.protocols import AttentionFeatures, ProbeRequest
from excerpt.models.card import file_sha256
from excerpt.models.directories import find_directory
from excerpt.models.protocols import Check

__all__ = ["DEFAULT_DECODER", "DecoderProxy"]

DEFAULT_DECODER = "Qwen/Qwen2.5-0.5B-Instruct"
_FORM = "decoder-attention-1"


class DecoderProxy:
    """Attention of the last prompt token over the context (Sentinel, arXiv 2505.23277); loaded on first use.

    Any decoder whose attention goes through transformers' interface and is full or of a sliding window: Qwen 2 to 3,
    Llama, Mistral, SmolLM and their kind, grouped-query attention included. No attention map is built, and neither
    the language-model head nor anything behind the last probed layer's keys is run.

    Args:
        name_or_path: A directory in Hugging Face layout with safetensors and ``tokenizer.json``, or a hub name.
        max_tokens: Tokens of a window; default: as many as every probed layer sees at once (4096 for a Mistral
            with sliding windows of 4096). More is allowed, up to the positions the decoder was made for; what a
            layer cannot see then counts 0 there.
        probe: What is probed.
        run: How it is run.

    Raises:
        InputError: An option is out of range.
        ModelError: The checkpoint is missing, or is not such a decoder.
        MissingExtraError: The extra ``torch`` is not installed.
    """

    def __init__(
        self,
        name_or_path: str | Path = DEFAULT_DECODER,
        *,
        max_tokens: int | None = None,
        probe: DecoderProbe = DecoderProbe(),  # noqa: B008 - frozen
        run: DecoderRun = DecoderRun(),  # noqa: B008 - frozen
    ) -> None:
        require("torch", extra="torch", purpose=f"reading {name_or_path} as a decoder")
        from excerpt.models.attention.decoder.network import read_config  # noqa: PLC0415 - needs torch

        self.name = str(name_or_path)
        self.directory = find_directory(name_or_path, weights="safetensors")
        self.probe = probe
        self.run = run
        config = read_config(self.directory)
        self.heads = int(config.num_attention_heads)
        self.layers = layers_of(self.name, config, probe.layers)
        self.max_tokens = tokens_of(self.name, config, self.layers, max_tokens)
        self.prompt = DecoderPrompt(self.directory, PromptTemplate(probe.template))
        self._lock = Lock()
        self._network: Any = None

    @property
    def queries(self) -> tuple[str, ...]:
        """What attends."""
        count = self.probe.last_tokens
        return ("last",) if count == 1 else (f"last {count}, linear",)

    @cached_property
    def settings(self) -> dict[str, str]:
        """What a feature depends on."""
        return {
            "form": _FORM,
            "weights": ", ".join(map(file_sha256, self._weight_files())),
            "config": file_sha256(self.directory / "config.json"),
            "tokenizer": file_sha256(self.prompt.path),
            "template": self.probe.template,
            "queries": ", ".join(self.queries),
            "layers": str(self.layers),
            "pooling": "mean",
        }

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 over ``settings``."""
        return sha256(repr(sorted(self.settings.items())).encode()).hexdigest()

    def room(self, question: str) -> int:
        """Tokens left for the context beside this question."""
        return self.prompt.room(question, self.max_tokens)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a context."""
        return self.prompt.count(texts)

    def features(self, question: str, text: str, spans: Sequence[tuple[int, int]]) -> AttentionFeatures:
        """``features_many`` of one request."""
        return self.features_many([ProbeRequest(question, text, tuple(spans))])[0]

    def features_many(
        self, requests: Sequence[ProbeRequest], *, check: Check = None
    ) -> list[AttentionFeatures]:
        """The features of each request, in order.

        Args:
            requests: Questions with contexts that fit in the window.
            check: Called before each forward pass; what it raises ends the call.

        Raises:
            InputError: A request does not fit in the window, or its spans are wrong.
            ModelError: The checkpoint cannot be loaded, or its attention cannot be probed.
        """
        from excerpt.models.attention.decoder.passes import read_prompts  # noqa: PLC0415 - needs torch

        prompts = [self._prompt(index, request) for index, request in enumerate(requests)]
        if not prompts:
            return []
        features: dict[int, AttentionFeatures] = {}
        for index, pooled in read_prompts(self._load(), prompts, self.probe.weights, self.run, check):
            (start, end), bins = prompts[index].context, prompts[index].bins
            attention, mass = (part.cpu().numpy().astype(np.float32) for part in pooled)
            features[index] = AttentionFeatures(attention, mass, bins[:, 1] - bins[:, 0], end - start)
        return [features[index] for index in range(len(prompts))]

    def _prompt(self, index: int, request: ProbeRequest) -> TokenisedPrompt:
        prompt = self.prompt.tokenise(request, f"request {index}")
        if not 1 <= len(prompt.ids) <= self.max_tokens:
            message = (
                f"request {index}: the prompt has {len(prompt.ids)} tokens; the window of {self.name} is "
                f"{self.max_tokens}: cut the context first"
            )
            raise InputError(message)
        return prompt

    def _weight_files(self) -> list[Path]:
        files = sorted(self.directory.glob("*.safetensors"))
        if not files:
            message = f"{self.directory} has no .safetensors file; a decoder is read from nothing else"
            raise ModelError(message)
        return files

    def _load(self) -> Any:  # noqa: ANN401 - a class that needs torch to be imported
        from excerpt.models.attention.decoder.network import DecoderNetwork, read_config  # noqa: PLC0415 - needs torch

        with self._lock:
            if self._network is None:
                self._weight_files()
                config = read_config(self.directory)
                self._network = DecoderNetwork(
                    self.directory, config, self.layers, device=self.run.device, dtype=self.run.dtype
                )
        return self._network
