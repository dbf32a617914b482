"""Tiny decoders with random weights and the real file layout."""

import json
from pathlib import Path

import torch

torch.set_num_threads(1)  # of networks so small threads cost more than they save, above all on a busy machine

TEXTS = (
    "The miller weighed twelve sacks of barley before noon.", "Nobody counted the rye; it stood behind the sluice.",
    "Where does the river pilot sleep?", "In 1903 Dr. Okafor built a wheel of 4.5 m — “too wide”, they said.",
    "Answer the following question based on the given information with one or few words: who?\nAnswer:",
    "Given the following information: Bäckerei Müller opened at 6:30.\n",
    "東京は雨だった。", "Who sold it, and why so late?",
)  # fmt: skip
SHAPES = {
    "qwen2": {"num_attention_heads": 6, "num_key_value_heads": 2},
    "qwen3": {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 12},
    "llama": {"num_attention_heads": 4, "num_key_value_heads": 1},
    "mistral": {"num_attention_heads": 4, "num_key_value_heads": 2, "sliding_window": None},
    "smollm3": {"num_attention_heads": 4, "num_key_value_heads": 2},
}
NAMES = {"qwen2": "Qwen2", "qwen3": "Qwen3", "llama": "Llama", "mistral": "Mistral", "smollm3": "SmolLM3"}


def make_decoder(folder: Path, family: str, **settings) -> Path:
    """A checkpoint of three layers with a byte-level tokenizer; Llama's puts ``<s>`` first, as the real one does."""
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _tokenizer(folder, begins=family in ("llama", "mistral"))
    shape = {
        "hidden_size": 24,
        "intermediate_size": 32,
        "num_hidden_layers": 3,
        "max_position_embeddings": 2048,
    }
    special = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    chosen = {**shape, **special, **SHAPES[family], **settings}
    config = getattr(transformers, f"{NAMES[family]}Config")(vocab_size=vocabulary, **chosen)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = getattr(transformers, f"{NAMES[family]}ForCausalLM")(config)
        for parameter in network.parameters():  # the default start attends to everything alike
            torch.nn.init.normal_(parameter, std=0.3) if parameter.dim() > 1 else None
    network.save_pretrained(folder)
    return folder


def _tokenizer(folder: Path, *, begins: bool) -> int:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=["<pad>", "<s>", "</s>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = (
        processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)])
        if begins
        else processors.ByteLevel(trim_offsets=False)
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    roles = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **roles})
    )
    return tokenizer.get_vocab_size()
