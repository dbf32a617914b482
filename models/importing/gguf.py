"""GGUF files, as llama.cpp writes them, to Hugging Face checkpoints; transformers reads them."""

from pathlib import Path

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.runtime.loading import without_bars, without_notes

__all__ = ["write_gguf"]

_LICENCES = {"apache-2.0": "Apache-2.0", "mit": "MIT"}


def write_gguf(path: Path, folder: Path) -> str:
    """Write config, weights (float32), tokenizer and chat template of a causal language model.

    Args:
        path: The file.
        folder: An existing folder.

    Returns:
        SPDX name of the licence that the file states; empty where it states none.

    Raises:
        ModelError: It is damaged, or of an architecture that transformers does not read from GGUF.
        MissingExtraError: torch, transformers, accelerate or gguf is not installed.
    """
    purpose = "reading a GGUF file"
    torch = require("torch", extra="gguf", purpose=purpose)
    transformers = require("transformers", extra="gguf", purpose=purpose)
    require("accelerate", extra="gguf", purpose=purpose)
    gguf = require("gguf", extra="gguf", purpose=purpose)
    place = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    try:
        stated = gguf.GGUFReader(str(path)).get_field("general.license")
        with without_bars(transformers), without_notes(transformers):
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(path.parent), **place)
            read = transformers.AutoModelForCausalLM.from_pretrained(
                str(path.parent), dtype=torch.float32, **place
            )
            # What was read from GGUF refuses to be saved as it is: it remembers that it was quantized.
            config = read.config
            del config.quantization_config
            network = transformers.AutoModelForCausalLM.from_config(config)
            network.load_state_dict(read.state_dict())
            network.generation_config = read.generation_config
            network.save_pretrained(str(folder))
            tokenizer.save_pretrained(str(folder))
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        message = f"transformers cannot read {path.name}: {reason}"
        raise ModelError(message) from error
    licence = str(stated.contents()) if stated is not None else ""
    return _LICENCES.get(licence.lower(), licence)
