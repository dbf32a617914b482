"""Tiny checkpoints of random weights in the layouts that papers released theirs in."""

import json
from pathlib import Path

import torch
from fakes.tiny_decoders import make_decoder
from safetensors.torch import load_file, save_file


def _random(generator: torch.Generator, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=generator) * 0.3


def make_adapter(folder: Path, base: Path, *, rank: int = 2, alpha: int = 4, **settings) -> Path:
    """A LoRA adapter of query and value matrices as peft saves one, for a decoder of `make_decoder`."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads((base / "config.json").read_text())
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    width = config.get("head_dim") or hidden // heads
    sizes = {"q_proj": heads * width, "v_proj": config["num_key_value_heads"] * width}
    generator = torch.Generator().manual_seed(11)
    tensors = {}
    for layer in range(config["num_hidden_layers"]):
        for name, out in sizes.items():
            prefix = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            tensors[f"{prefix}.lora_A.weight"] = _random(generator, rank, hidden)
            tensors[f"{prefix}.lora_B.weight"] = _random(generator, out, rank)
    save_file(tensors, folder / "adapter_model.safetensors")
    said = {
        "peft_type": "LORA",
        "base_model_name_or_path": str(base),
        "r": rank,
        "lora_alpha": alpha,
        "bias": "none",
    }
    (folder / "adapter_config.json").write_text(
        json.dumps({**said, "target_modules": list(sizes), **settings})
    )
    return folder


def make_autocompressor(folder: Path, count: int, *, accumulate: bool = True) -> Path:
    """A Llama with the embeddings of summary tokens among its weights."""
    make_decoder(folder, "llama")
    tensors = load_file(folder / "model.safetensors")
    tensors["embed_summary.weight"] = _random(torch.Generator().manual_seed(13), count, 24)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    path = folder / "config.json"
    said = {"summary_length": count, "accumulate_summary": accumulate}
    architecture = {"architectures": ["LlamaAutoCompressorModel"]}
    path.write_text(json.dumps(json.loads(path.read_text()) | said | architecture))
    return folder


def make_pisco(folder: Path, base: Path, *, length: int, rate: int, different: bool = True) -> Path:
    """Two adapters and the tables of a longer vocabulary, pickled, over a decoder of `make_decoder`."""
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(14)
    adapters = {}
    for name, seed in (("decoder_adapter", 0.5), ("encoder_adapter", 1.0)):
        tensors = load_file(make_adapter(folder / name, base) / "adapter_model.safetensors")
        adapters[name] = {key.removeprefix("base_model.model."): seed * one for key, one in tensors.items()}
    torch.save(adapters, folder / "adapters.pth")
    rows = (
        json.loads((base / "config.json").read_text())["vocab_size"]
        + (length // rate if different else 1)
        + 3
    )
    names = ("model.embed_tokens.weight", "lm_head.weight")
    torch.save(
        {name: _random(generator, rows, 24) for name in names}, folder / "decoder_first_last_layers.pth"
    )
    said = {"model_type": "COCOM", "decoder_model_name": str(base), "doc_max_length": length, "compr_rate": rate,
            "compr_model_name": None, "lora": True, "lora_r": 2, "training_form": "both_separately", "sep": True,
            "different_mem_tokens": different}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(said))
    return folder


def make_swe_pruner(folder: Path, *, head: str = "crf", fused: bool = True) -> Path:
    """SWE-Pruner's layout: a decoder's settings in a folder of their own, all weights in one file."""
    from transformers import AutoModelForCausalLM

    base = make_decoder(folder / "backbone", "qwen3")
    decoder = AutoModelForCausalLM.from_pretrained(base).model
    generator = torch.Generator().manual_seed(12)
    width, narrow = 24 * (3 if fused else 1), 6
    tensors = {f"model.backbone.{name}": tensor.contiguous() for name, tensor in decoder.state_dict().items()}
    fusion = {"in_proj_weight": (3 * width, width), "in_proj_bias": (3 * width,), "out_proj.weight": (width, width),
              "out_proj.bias": (width,)}  # fmt: skip
    tensors |= {f"model.fusion_layers.0.{name}": _random(generator, *shape) for name, shape in fusion.items()}
    tensors |= {f"model.fusion_norms.0.{name}": _random(generator, width) for name in ("weight", "bias")}
    at = "feature_extractor"
    layers = {
        "crf": [(f"{at}.0", (width,)), (f"{at}.1", (narrow, width)), (f"{at}.4", (2, narrow))],
        "ffn": [("0", (width,)), ("1", (2 * narrow, width)), ("4", (narrow, 2 * narrow)), ("7", (1, narrow))],
        "simple": [("0", (narrow, width)), ("2", (1, narrow))],
    }[head]
    for name, shape in layers:
        tensors[f"model.compression_head.{name}.weight"] = _random(generator, *shape)
        tensors[f"model.compression_head.{name}.bias"] = _random(generator, shape[0])
    if head == "crf":
        tensors["model.compression_head.crf.transitions"] = _random(generator, 2, 2)
    save_file({name: tensor.bfloat16() for name, tensor in tensors.items()}, folder / "model.safetensors")
    for path in base.glob("tokenizer*"):
        (folder / path.name).write_bytes(path.read_bytes())
    config = {"model_type": "swepruner", "architectures": ["SwePrunerForCodeCompression"], "num_heads": 4,
              "backbone_model_name_or_path": str(base), "bottleneck": narrow, "compression_head_type": head,
              "use_multi_layer_fusion": fused, "num_fusion_layers": 1, "torch_dtype": "bfloat16"}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return folder
