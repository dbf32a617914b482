"""The cross-encoder's judgement, with random weights."""

import json

import pytest

from excerpt.compressors.support.entailment import Entailment
from excerpt.errors import ModelError
from excerpt.models.registry import load_cross_encoder


@pytest.fixture(scope="module")
def entailment(tmp_path_factory):
    """A cross-encoder of three classes with random weights."""
    from fakes.tiny_token_classifiers import make_wordpiece
    from transformers import BertConfig, BertForSequenceClassification

    folder = make_wordpiece(tmp_path_factory.mktemp("nli") / "model", placeholders=0)
    vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=48, id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
        label2id={"contradiction": 0, "entailment": 1, "neutral": 2}, initializer_range=0.5,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return load_cross_encoder(str(folder))


def test_entailment_is_the_best_part_of_the_best_source(entailment):
    """A source longer than the window is judged in runs of whole sentences."""
    sources = ["The miller sold barley. " * 12, "A river pilot lost the old sluice."]
    judge = Entailment(entailment)
    (found,) = judge.judge(["The miller sold barley."], sources)
    parts = [part for source in sources for part in judge._parts(source, "The miller sold barley.")]
    every = entailment.probability("entailment", [(part, "The miller sold barley.") for part in parts])
    assert len(parts) > 2
    assert found.support == pytest.approx(every.max())
    assert len(found.sources) == 1


def test_a_model_without_the_class_is_refused(entailment):
    """With the classes that it has."""
    with pytest.raises(ModelError, match="has the classes contradiction, entailment, neutral"):
        Entailment(entailment, label="supports").judge(["a"], ["b"])
