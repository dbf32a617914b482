import json

import numpy as np
import pytest
from fakes.tiny_token_classifiers import make_wordpiece

from excerpt.errors import ModelError
from excerpt.models.export.checkpoint import export_model
from excerpt.models.readers import ExtractiveReader
from excerpt.models.registry import load_token_cross_encoder
from excerpt.models.tasks.pair_windows import between_sentences

QUESTION, TEXT = "Who sold barley", "The miller sold barley. Dr. Okafor measured 1,250 sacks."


def make_checkpoint(folder, *, labels=1):
    """Random weights in the published layout; also gives the two networks in it."""
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertForSequenceClassification

    make_wordpiece(folder, placeholders=0)
    base = json.loads((folder / "config.json").read_text())
    kept = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    config = BertConfig(num_labels=labels, initializer_range=0.4, **{key: base[key] for key in kept})
    with torch.random.fork_rng():
        torch.manual_seed(5)
        ranking = BertForSequenceClassification(config).eval()
        head = torch.nn.Linear(config.hidden_size, 2)
    parts = {"ranking_model.": ranking, "pruning_head.classifier.": head}
    weights = {
        prefix + name: value for prefix, part in parts.items() for name, value in part.state_dict().items()
    }
    save_file(
        {name: value.contiguous() for name, value in weights.items()}, str(folder / "model.safetensors")
    )
    settings = {
        "model_type": "open_provence",
        "architectures": ["OpenProvenceForSequenceClassification"],
        "base_model_config": config.to_dict(),
        "max_length": 40,
        "num_labels": labels,
        "num_pruning_labels": 2,
        "pruning_config": {"hidden_size": config.hidden_size, "num_labels": 2},
    }
    (folder / "config.json").write_text(json.dumps(settings))
    return ranking, head


@pytest.mark.parametrize("labels", [1, 2])
def test_a_published_checkpoint_is_read_as_its_authors_do(tmp_path, labels):
    """Keep is the softmax over the pruning head, relevance the logistic of the reranker's first logit."""
    import torch

    ranking, head = make_checkpoint(tmp_path, labels=labels)
    cross_encoder = load_token_cross_encoder(tmp_path)
    scores = cross_encoder.score(QUESTION, [("", TEXT)], [between_sentences([(0, 23), (24, 56)])])[0]
    (window,) = scores.windows
    with torch.inference_mode():
        found = ranking(input_ids=torch.tensor([window.ids]), output_hidden_states=True)
        keep = torch.softmax(head(found.hidden_states[-1]), -1)[0, :, 1].numpy()
    assert scores.keep == pytest.approx(keep[window.first : -1], abs=1e-5)
    assert scores.relevance == pytest.approx(float(torch.sigmoid(found.logits[0, 0])), abs=1e-5)


def test_question_and_passage_are_in_one_segment(tmp_path):
    """With a separator between them, and its own limit."""
    make_checkpoint(tmp_path)
    cross_encoder = load_token_cross_encoder(tmp_path)
    window = cross_encoder.score(QUESTION, [("", TEXT)], [between_sentences([])])[0].windows[0]
    assert set(window.types) == {0}
    assert window.ids == cross_encoder.tokenizer.backend.encode(f"{QUESTION} [SEP] {TEXT}").ids
    assert cross_encoder.max_tokens == 40


def test_it_exports(tmp_path):
    """And runs without torch to the same numbers."""
    make_checkpoint(tmp_path / "published")
    export_model(tmp_path / "published", tmp_path / "onnx", task="token-cross-encoder")
    cuts = [between_sentences([(0, 23), (24, 56)])]
    theirs, ours = (
        load_token_cross_encoder(tmp_path / name).score(QUESTION, [("Mill", TEXT)], cuts)[0].logits
        for name in ("published", "onnx")
    )
    assert np.concatenate(ours) == pytest.approx(np.concatenate(theirs), abs=1e-4)


def test_it_is_no_extractive_reader(tmp_path):
    """It has no ends of answers."""
    make_checkpoint(tmp_path)
    with pytest.raises(ModelError, match="finds no answers: its outputs are keep, relevant"):
        ExtractiveReader(tmp_path)


def test_missing_weights_are_an_error(tmp_path):
    """Never random numbers."""
    from safetensors.torch import load_file, save_file

    make_checkpoint(tmp_path)
    weights = load_file(str(tmp_path / "model.safetensors"))
    save_file({k: v for k, v in weights.items() if "pruning" not in k}, str(tmp_path / "model.safetensors"))
    with pytest.raises(ModelError, match="not an OpenProvence checkpoint as they are published"):
        load_token_cross_encoder(tmp_path).score(QUESTION, [("", TEXT)], [between_sentences([])])
