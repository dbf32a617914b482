"""Tiny generating models with random weights in the real file layouts."""

import json
from pathlib import Path

WORDS = (  # noqa: SIM905 - easier to read than quoted words
    "what turns the stones sails mill rain river question answer old document summary background context : ? . , "
    "wind miller grain in and of was built by it burned other words 1859 1861 1922 [INST] [/INST] Question Answer "
    "Background Document Summary Refer to"
).split()


def _randomised(network, seed, scale, least=1):
    """``least``: dimensions; 2 leaves biases and norms, which would drown what the matrices say."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in (one for one in network.parameters() if one.dim() >= least):
            weight.copy_(torch.randn(weight.shape, generator=generator) * scale)
    return network


def make_t5(folder: Path, *, pickled: bool = False, seed: int = 3) -> Path:
    """A T5 in the layout of the released compressors: settings, tokenizer.json, one weights file."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    pieces = ["<pad>", "</s>", "<unk>", "▁", *(f"▁{word}" for word in WORDS), *WORDS]
    vocabulary = [(piece, -float(index)) for index, piece in enumerate(dict.fromkeys(pieces))]
    backend = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    tokenizer.save_pretrained(str(folder))
    config = transformers.T5Config(
        vocab_size=len(vocabulary), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    network = _randomised(transformers.T5ForConditionalGeneration(config), seed, 0.6)
    network.save_pretrained(str(folder))
    if pickled:
        torch.save(network.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    return folder


def make_causal_lm(folder: Path, kind: str = "llama", *, marked: bool = False, seed: int = 3) -> Path:
    """A reader shaped as Llama, Mistral or a BERT that looks back.

    ``marked``: with the two rows and tokens that xRAG's release added.
    """
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir(parents=True, exist_ok=True)
    names = ["<unk>", "<s>", "</s>", *WORDS]
    vocabulary = {name: index for index, name in enumerate(dict.fromkeys(names))}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    if marked:
        tokenizer.add_tokens(["<pad>", "<xRAG>"])
        tokenizer.pad_token = "<pad>"
    tokenizer.save_pretrained(str(folder))
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
             "num_key_value_heads": 1, "max_position_embeddings": 96, "bos_token_id": 1, "eos_token_id": 2,
             "vocab_size": len(tokenizer)}  # fmt: skip
    if kind == "bert":
        shape["is_decoder"] = True
    config, network = {
        "bert": (transformers.BertConfig, transformers.BertLMHeadModel),
        "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
        "mistral": (transformers.MistralConfig, transformers.MistralForCausalLM),
    }[kind]
    made = network(config(**shape))
    _randomised(made, seed, 0.3, least=2 if kind == "bert" else 1).save_pretrained(str(folder))
    return folder


def make_released(folder: Path, dim: int = 12, *, pickled: bool = False) -> Path:
    """A full checkpoint as xRAG was released: a Mistral with the projector's four tensors among its own."""
    import torch
    from safetensors.torch import load_file, save_file

    make_causal_lm(folder, "mistral", marked=True)
    tensors = load_file(folder / "model.safetensors")
    width = tensors["model.embed_tokens.weight"].shape[1]
    generator = torch.Generator().manual_seed(5)
    for layer, rows, columns in ((0, width, dim), (2, width, width)):
        tensors[f"projector.projector.{layer}.weight"] = torch.randn(rows, columns, generator=generator)
        tensors[f"projector.projector.{layer}.bias"] = torch.randn(rows, generator=generator)
    if pickled:
        (folder / "model.safetensors").unlink()
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config |= {
        "projector_type": "mlp2x_gelu",
        "retriever_hidden_size": dim,
        "architectures": ["XMistralForCausalLM"],
    }
    path.write_text(json.dumps(config))
    return folder


def with_slow_tokenizer(folder: Path) -> Path:
    """The same checkpoint with the files of a slow Llama tokenizer: ``tokenizer.model`` and the two added tokens."""
    import sentencepiece

    (folder / "tokenizer.json").unlink()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(WORDS)] * 5), model_prefix=str(folder / "tokenizer"), vocab_size=50,
        model_type="bpe", minloglevel=2, hard_vocab_limit=False, num_threads=1,
        unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
    )  # fmt: skip
    (folder / "tokenizer.vocab").unlink()
    size = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model")).vocab_size()
    names = {"0": "<unk>", "1": "<s>", "2": "</s>", str(size): "<pad>", str(size + 1): "<xRAG>"}
    flags = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False}
    decoder = {
        index: {"content": name, "special": name != "<xRAG>", **flags} for index, name in names.items()
    }
    settings = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "legacy": True,
                "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>",
                "added_tokens_decoder": decoder}  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "added_tokens.json").write_text(json.dumps({"<pad>": size, "<xRAG>": size + 1}))
    return folder
