"""A decoder's layers up to the last one that is probed, without its language-model head."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from excerpt.errors import InputError, ModelError
from excerpt.imports.extras import require
from excerpt.kernels.probe_plan import Pooled, ProbePlan
from excerpt.models.attention.decoder.probing_attention import ATTENTION, Enough, LayerProbe, register
from excerpt.models.runtime.cache_argument import cache_argument
from excerpt.models.runtime.torch_model import load_network

__all__ = ["DecoderNetwork", "read_config"]

_PURPOSE = "probing a decoder"
_LAYER_TYPES = {"full_attention", "sliding_attention"}
_NEEDED = ("num_hidden_layers", "num_attention_heads", "max_position_embeddings")


def read_config(directory: Path) -> Any:  # noqa: ANN401 - untyped package
    """The configuration of a decoder.

    Raises:
        ModelError: It cannot be read, or describes something else than a decoder with plain attention.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    transformers = require("transformers", extra="torch", purpose=_PURPOSE)
    try:
        config = transformers.AutoConfig.from_pretrained(
            str(directory), trust_remote_code=False, local_files_only=True
        )
    except Exception as error:  # the package raises whatever its many readers raise
        message = f"transformers cannot read the configuration of {directory}: {error}"
        raise ModelError(message) from error
    if _is_encoder(config):
        message = (
            f"{directory} is a {config.model_type}, an encoder, which is read without torch: run `excerpt models "
            f"export {directory} -o DIR --task encoder` and `excerpt models attention DIR`, and name DIR"
        )
        raise ModelError(message)
    wrong = [
        f"layers of the type {kind}"
        for kind in set(getattr(config, "layer_types", None) or ()) - _LAYER_TYPES
    ]
    wrong += [f"no {name}" for name in _NEEDED if not isinstance(getattr(config, name, None), int)]
    wrong += ["an encoder"] if config.is_encoder_decoder else []
    if wrong:
        message = (
            f"{directory} is a {config.model_type} with {', '.join(sorted(wrong))}; a text decoder with full or "
            "sliding-window attention in every layer is needed"
        )
        raise ModelError(message)
    return config


def _is_encoder(config: Any) -> bool:  # noqa: ANN401 - untyped package
    """Whether a checkpoint is of a kind that is trained to fill gaps, as BERT is, and not set up as a decoder."""
    from transformers.models.auto import modeling_auto  # noqa: PLC0415 - an optional package

    fills_gaps = config.model_type in modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    return fills_gaps and not (config.is_encoder_decoder or getattr(config, "is_decoder", False))


class DecoderNetwork:
    """A decoder in evaluation mode, cut off behind a layer.

    Args:
        directory: Hugging Face layout with safetensors.
        config: What :func:`read_config` found there; it is changed.
        layers: Layers to keep; the others are not loaded.
        device: Where it runs.
        dtype: torch's name of the type of its numbers.

    Attributes:
        network: transformers' module, for whoever wants to run it another way.

    Raises:
        InputError: There is no such device.
        ModelError: The checkpoint cannot be read, or lacks weights.
    """

    def __init__(self, directory: Path, config: Any, layers: int, *, device: str, dtype: str) -> None:  # noqa: ANN401 - untyped package
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        if device.startswith("cuda") and not torch.cuda.is_available():
            message = (
                f"the decoder is to run on {device!r}, and torch {torch.__version__} sees no CUDA device"
            )
            raise InputError(message)
        register()
        config.num_hidden_layers = layers
        if getattr(config, "layer_types", None):
            config.layer_types = config.layer_types[:layers]
        settings = {"config": config, "dtype": getattr(torch, dtype), "use_safetensors": True}
        try:
            self.network = load_network(directory, "encoder", attention=ATTENTION, **settings).to(device)
        except ModelError as error:
            message = f"{directory} cannot be loaded as a decoder with an attention of our own: {error}"
            raise ModelError(message) from error
        self._device = device
        self._layers = layers
        self._cache_argument = cache_argument(self.network.forward)

    def probe(self, ids: Sequence[Sequence[int]], plan: ProbePlan, cache: Any = None) -> list[Pooled]:  # noqa: ANN401 - untyped package
        """One forward pass.

        Args:
            ids: Sequences; shorter ones are padded on the right, where causal attention never looks.
            plan: What to look at, on the network's device.
            cache: Keys and values of what comes before the sequences (:meth:`begin`); left as it was.
        """
        probe = LayerProbe(self._layers, plan)
        self.run(ids, probe, cache)
        if cache is not None:
            cache.crop(-max(map(len, ids)))
        return probe.features()

    def begin(self, ids: Sequence[int]) -> Any:  # noqa: ANN401 - untyped package
        """The keys and values of a beginning that several sequences share, for :meth:`probe`."""
        transformers = require("transformers", extra="torch", purpose=_PURPOSE)
        cache = transformers.DynamicCache()
        self.run([ids], LayerProbe(self._layers), cache)
        return cache

    def run(self, ids: Sequence[Sequence[int]], probe: LayerProbe, cache: Any) -> None:  # noqa: ANN401 - untyped package
        """One forward pass that ends in the last probed layer; what was seen is in the probe.

        Args:
            ids: Sequences; shorter ones are padded on the right.
            probe: Collects what is seen; one for each pass.
            cache: transformers' cache to read from and add to, or None.
        """
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        longest = max(map(len, ids))
        padded = torch.tensor([[*row, *[0] * (longest - len(row))] for row in ids], device=self._device)
        with torch.inference_mode(), suppress(Enough):
            self.network(
                input_ids=padded,
                use_cache=cache is not None,
                excerpt_probe=probe,
                **{self._cache_argument: cache},
            )
