"""A tiny reranker and a tiny dense decoder with random weights, in the layouts that released ones have."""

import json
from pathlib import Path

from fakes.tiny_decoders import make_decoder
from fakes.tiny_token_classifiers import _SHAPE, _save, make_wordpiece


def make_cross_encoder(folder: Path, *, window: int = 48) -> Path:
    """A BERT with one output over pairs, as the rerankers of sentence-transformers."""
    from transformers import BertConfig, BertForSequenceClassification

    make_wordpiece(folder, placeholders=0)
    size = json.loads((folder / "config.json").read_text())["vocab_size"]
    shape = {key: value for key, value in _SHAPE.items() if key != "num_labels"}
    config = BertConfig(vocab_size=size, type_vocab_size=2, num_labels=1, **shape)
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"model_max_length": window}))
    return _save(BertForSequenceClassification, config, folder)


def make_dense_decoder(folder: Path) -> Path:
    """A decoder whose last state is a text's vector, as Qwen3-Embedding's: an instruction, and a closing token."""
    make_decoder(folder, "qwen2")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    kinds = (("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize"))
    modules = [
        {"idx": int(number), "name": number, "path": place, "type": f"sentence_transformers.models.{kind}"}
        for number, place, kind in kinds
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    prompts = {"prompts": {"query": "Instruct: find what answers\nQuery:", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_lasttoken": True}))
    return folder
