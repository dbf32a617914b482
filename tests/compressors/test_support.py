"""Hand-written sentences and what their sources say to them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.support import Entailment, TokenOverlap
from excerpt.errors import ModelError
from excerpt.models.registry import load_cross_encoder

SOURCES = [
    "The mill at Arden burned in 1859. It was rebuilt by the miller's two sons.",
    "Hanna Broek surveyed the river for the county and drew the first map of the weirs.",
]


@pytest.mark.parametrize(
    ("sentence", "sources"),
    [
        ("The mill burned in 1859.", (0,)),
        ("Sons of the miller rebuilt the mill at Arden.", (0,)),
        ("Hanna Broek drew a map of the river.", (1,)),
    ],
)
def test_what_stands_in_a_source_is_supported(sentence, sources):
    """Whatever the order and the number of the words."""
    (found,) = TokenOverlap().judge([sentence], SOURCES)
    assert found.support == 1.0
    assert found.sources == sources


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill was sold to a Danish brewing company.",
        "The mill burned in 1895.",
        "Hanna Broek later won a prize for poetry in Vienna.",
        "And so it was.",
    ],
)
def test_what_no_source_says_is_not_supported(sentence):
    """Invented buyers, years and prizes; and a sentence that says nothing."""
    (found,) = TokenOverlap().judge([sentence], SOURCES)
    assert found.support < 0.6


def test_a_sentence_may_be_of_two_sources():
    """But not of more: with enough passages every word stands somewhere."""
    (found,) = TokenOverlap().judge(["Hanna Broek mapped the weirs of the mill at Arden."], SOURCES)
    assert sorted(found.sources) == [0, 1]
    (scattered,) = TokenOverlap().judge(["river mill weir"], ["river", "mill", "weir"])
    assert scattered.support == pytest.approx(2 / 3)


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_support_is_a_share(sentence, sources):
    """Between 0 and 1 for any text."""
    (found,) = TokenOverlap().judge([sentence], sources)
    assert 0.0 <= found.support <= 1.0
    assert len(set(found.sources)) == len(found.sources) <= 2


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
