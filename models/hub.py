"""Fetching a checkpoint from the Hugging Face hub: only the files that are needed."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import regex

from excerpt.errors import NoModelError
from excerpt.hub import why_offline
from excerpt.imports.extras import require

__all__ = ["Weights", "fetch", "wanted_files"]

Weights = Literal["any", "safetensors", "torch"]

_SETTINGS = {
    "adapter_config.json",
    "added_tokens.json",
    "bridge.json",
    "chat_template.jinja",
    "config.json",
    "config_sentence_transformers.json",
    "generation_config.json",
    "modules.json",
    "sentence_bert_config.json",
    "sentencepiece.bpe.model",
    "special_tokens_map.json",
    "spiece.model",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "excerpt-model.json",
}


def wanted_files(names: Collection[str], weights: Weights = "any") -> list[str]:
    """The files of a repository that excerpt reads: settings and one kind of weights.

    Args:
        names: All files of the repository.
        weights: ``"any"``: ONNX before safetensors before a pickle (which is only ever read in weights-only
            mode); ``"torch"``: the same without ONNX, for a network that only torch runs; ``"safetensors"``:
            nothing else will do.
    """
    settings = [name for name in names if name in _SETTINGS or name.endswith("_Pooling/config.json")]
    onnx = [name for name in ("model.onnx", "onnx/model.onnx") if name in names][:1]
    external = [name for name in names if onnx and name.startswith(f"{onnx[0]}_data")]
    safe = [
        name
        for name in names
        if "/" not in name and name.endswith((".safetensors", ".safetensors.index.json"))
    ]
    # The index and every shard, where there is more than one.
    pickled = [
        name for name in names if regex.fullmatch(r"pytorch_model(-\d+-of-\d+)?\.bin(\.index\.json)?", name)
    ]
    chosen = {
        "any": onnx + external or safe or pickled,
        "torch": safe or pickled,
        "safetensors": safe,
    }
    return sorted(settings + chosen[weights])


def fetch(name: str, *, revision: str | None = None, weights: Weights = "any") -> Path:
    """The local directory of a hub model, downloaded when it is not there already.

    Args:
        name: ``owner/model``.
        revision: Branch, tag or commit; default: the main branch.
        weights: Which kind of weights is wanted (:func:`wanted_files`).

    Raises:
        NoModelError: It can be neither downloaded nor found in the local cache.
    """
    huggingface_hub: Any = require("huggingface_hub", extra="hub", purpose=f"fetching the model {name!r}")

    try:
        if why := why_offline():
            raise ConnectionError(why)
        names = huggingface_hub.HfApi().list_repo_files(name, revision=revision)
        files = wanted_files(names, weights)
        return Path(huggingface_hub.snapshot_download(name, revision=revision, allow_patterns=files))
    except Exception as online:  # noqa: BLE001 - any failure of the client: then the cache
        try:
            return Path(huggingface_hub.snapshot_download(name, revision=revision, local_files_only=True))
        except Exception:  # noqa: BLE001 - the first failure is the one to report
            raise _unreachable(name, online) from online


def _unreachable(name: str, error: Any) -> NoModelError:  # noqa: ANN401 - any exception of the client
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    return NoModelError(
        f"the model {name!r} is not in the local Hugging Face cache and cannot be downloaded ({reason}); "
        f"on a machine with access run `hf download {name}`, copy the directory here and give its path"
    )
