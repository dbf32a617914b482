"""A tiny token cross-encoder with random weights, in the layout that the training leaves."""

import json
from pathlib import Path

from fakes.tiny_token_classifiers import _SHAPE, _save, make_wordpiece


def make_token_cross_encoder(folder: Path, *, segments: int = 4, window: int = 48) -> Path:
    """A BERT with the four outputs of `excerpt.models.tasks.token_cross_encoder`."""
    from transformers import BertConfig, BertForTokenClassification

    from excerpt.models.tasks.token_cross_encoder import LABELS

    make_wordpiece(folder, placeholders=0)
    size = json.loads((folder / "config.json").read_text())["vocab_size"]
    named = dict(enumerate(LABELS))
    config = BertConfig(
        vocab_size=size,
        type_vocab_size=segments,
        id2label=named,
        label2id={name: index for index, name in named.items()},
        **{key: value for key, value in _SHAPE.items() if key != "num_labels"},
    )
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"model_max_length": window}))
    return _save(BertForTokenClassification, config, folder)
