"""Published SWE-Pruner checkpoints (2601.16746; Ayanami1314/swe-pruner, MIT) as a torch module.

Their ``config.json`` names the decoder whose settings they share (Qwen3-Reranker) and says how three of its layers are
joined; their weights are that decoder's under ``model.backbone.``, attention layers under ``model.fusion_layers.`` and
``model.fusion_norms.``, and a head under ``model.compression_head.`` (of a conditional random field only the emissions
are read, as their own code does). Their code is not needed, and never run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory
from excerpt.models.runtime.tensors import read_tensors

__all__ = ["load_swe_pruner"]

_PREFIX, _WEIGHTS = "model.", "model.safetensors"


def load_swe_pruner(directory: Path, config: Mapping[str, Any], device: str) -> tuple[Any, Any]:
    """Tokenizer and network, whose output is one logit a token, ``(b, t)``.

    Args:
        directory: Holds ``config.json``, ``model.safetensors`` and the tokenizer.
        config: What is in ``config.json``.
        device: ``"cpu"``, ``"cuda"``, ...

    Raises:
        ModelError: The files are not as they should be, or the decoder's settings cannot be found.
        MissingExtraError: The extra ``torch`` is not installed.
    """
    purpose = f"running {directory}, a SWE-Pruner checkpoint"
    torch = require("torch", extra="torch", purpose=purpose)
    transformers = require("transformers", extra="torch", purpose=purpose)
    safe = {"trust_remote_code": False, "local_files_only": True}
    try:
        base = find_directory(str(config["backbone_model_name_or_path"]), weights="safetensors")
        settings = transformers.AutoConfig.from_pretrained(str(base), **safe)
        # With the decoder's settings, or transformers looks for a class of the kind "swepruner".
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(directory), config=settings, **safe)
        network = _network(torch, transformers.AutoModel.from_config(settings), config)
        tensors = read_tensors(directory / _WEIGHTS, "pt").tensors
        known = network.state_dict()
        mine = {
            name.removeprefix(_PREFIX): tensor.float()
            for name, tensor in tensors.items()
            if name.removeprefix(_PREFIX) in known
        }
        network.load_state_dict(mine)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        message = f"{directory} is not a SWE-Pruner checkpoint as they are published: {error}"
        raise ModelError(message) from error
    return tokenizer, network.float().eval().to(device)


def _head(nn: Any, kind: str, width: int, narrow: int) -> Any:  # noqa: ANN401 - untyped package
    """The layers under ``model.compression_head.``; of the random field, its emissions."""
    if kind == "simple":
        return nn.Sequential(nn.Linear(width, narrow), nn.Tanh(), nn.Linear(narrow, 1))
    if kind == "ffn":
        inner = (
            nn.Linear(width, 2 * narrow),
            nn.GELU(),
            nn.Identity(),
            nn.Linear(2 * narrow, narrow),
            nn.GELU(),
        )
        return nn.Sequential(nn.LayerNorm(width), *inner, nn.Identity(), nn.Linear(narrow, 1))
    if kind != "crf":
        message = f"compression_head_type is {kind!r}; expected crf, ffn or simple"
        raise ValueError(message)
    inner = (nn.LayerNorm(width), nn.Linear(width, narrow), nn.GELU(), nn.Identity(), nn.Linear(narrow, 2))
    return nn.ModuleDict({"feature_extractor": nn.Sequential(*inner)})


def _network(torch: Any, backbone: Any, config: Mapping[str, Any]) -> Any:  # noqa: ANN401 - untyped package
    nn = torch.nn
    kind = str(config.get("compression_head_type", "crf"))
    layers, hidden = backbone.config.num_hidden_layers, backbone.config.hidden_size
    fused = bool(config.get("use_multi_layer_fusion", True))
    early, middle = (max(1, int(layers * float(config.get(f"{at}_layer_ratio", share)))) for at, share in
                     (("early", 0.25), ("middle", 0.5)))  # fmt: skip
    read = (early, middle, layers) if fused else (layers,)
    width, count = hidden * len(read), int(config.get("num_fusion_layers", 1))

    class Network(torch.nn.Module):  # type: ignore[misc]  # torch is imported late
        """A decoder, attention over its joined layers, and a head."""

        def __init__(self) -> None:
            super().__init__()
            self.backbone = backbone
            heads = int(config.get("num_heads", 8))
            self.fusion_layers = nn.ModuleList(
                [nn.MultiheadAttention(width, heads, batch_first=True) for _ in range(count)]
            )
            self.fusion_norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(count)])
            self.compression_head = _head(nn, kind, width, int(config.get("bottleneck", 256)))

        def forward(self, ids: Any) -> Any:  # noqa: ANN401 - tensors
            states = self.backbone(input_ids=ids, output_hidden_states=True).hidden_states
            joined = torch.cat([states[layer] for layer in read], dim=-1)
            for attention, norm in zip(self.fusion_layers, self.fusion_norms, strict=True):
                joined = norm(attention(joined, joined, joined, need_weights=False)[0] + joined)
            if kind != "crf":
                return self.compression_head(joined)[..., 0]
            emissions = self.compression_head["feature_extractor"](joined)
            return emissions[..., 1] - emissions[..., 0]

    return Network()
