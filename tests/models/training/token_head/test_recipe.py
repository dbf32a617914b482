"""Training a head on frozen states: joining, labels, the whole way."""

import json
import random

import numpy as np
import pytest

from excerpt import InputError
from excerpt.models import load_token_classifier
from excerpt.models.protocols import TokenStates
from excerpt.models.training.token_classifier.examples import Labelled
from excerpt.models.training.token_head.examples import IGNORED, ConvSettings, join, labels_of
from excerpt.models.training.token_head.recipe import TokenHeadRecipe, train

NAMES = ["Ada Thorn", "Pell Marrow", "Ines Okafor", "Josiah Penn", "Tomas Brae"]


def pairs(path, count=60):
    """Sentences whose names and years are kept."""
    with path.open("w") as file:
        for number in range(count):
            words = (
                f"It is said that {NAMES[number % 5]} came to the island in {1850 + number} by boat".split()
            )
            keep = [int((word[0].isupper() and word != "It") or word.isdigit()) for word in words]
            file.write(json.dumps({"id": number, "source": " ".join(words), "keep": keep}) + "\n")


def test_joined_texts_carry_their_marks_along():
    """Each mark still covers its word."""
    texts = [
        Labelled(word, ((0, len(word), number % 2),))
        for number, word in enumerate(["one", "two", "three", "four"])
    ]
    for text, marks in join(texts, 3, random.Random(1)):
        assert [text[start:end] for start, end, _ in marks] == text.split()


def test_labels_go_to_the_tokens_that_begin_in_a_word():
    """Specials and words of which nothing is known take no part."""
    offsets = np.array([[0, 0], [0, 2], [2, 4], [5, 6], [7, 9], [0, 0]])
    states = TokenStates(np.zeros((6, 4), np.float32), offsets)
    labels = labels_of(states, ((0, 4, 1), (7, 9, 0)))
    assert labels.tolist() == [IGNORED, 1, 1, IGNORED, 0, IGNORED]
    assert set(labels_of(states, ()).tolist()) == {IGNORED}


def test_a_trained_head_keeps_what_it_was_taught_to(tmp_path):
    """Names and years, in a sentence it has not seen; the same seed gives the same file."""
    pairs(tmp_path / "pairs.jsonl")
    recipe = TokenHeadRecipe(held_out=0.2, head=ConvSettings(width=32, epochs=12, batch=8))
    figures = train([tmp_path / "pairs.jsonl"], tmp_path / "one", recipe)
    assert figures["f1"] > 0.9
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "head.onnx", "excerpt-model.json", "README.md", "training.json", "curve.png",
    }  # fmt: skip
    card = (tmp_path / "one" / "README.md").read_text()
    assert all(words in card for words in ("pairs.jsonl | 60", "| texts held out | 12 |", "flatter a little"))
    classifier = load_token_classifier(tmp_path / "one")
    words = [
        "It",
        "is",
        "said",
        "that",
        "Mara",
        "Quill",
        "came",
        "to",
        "the",
        "island",
        "in",
        "1777",
        "by",
        "boat",
    ]
    ids = [classifier.tokenizer.ids([word])[0] for word in words]
    framed = classifier.frame([piece for word in ids for piece in word])
    (probabilities,) = classifier.keep_probabilities([framed])
    at = dict(zip(words, np.cumsum([1, *map(len, ids)]), strict=False))
    assert min(probabilities[at["Mara"]], probabilities[at["1777"]]) > probabilities[at["said"]]


def test_a_used_folder_is_left_alone(tmp_path):
    """An earlier head is not written over."""
    pairs(tmp_path / "pairs.jsonl", count=4)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "head.onnx").write_bytes(b"hours of work")
    with pytest.raises(InputError, match="not an empty folder"):
        train([tmp_path / "pairs.jsonl"], tmp_path / "out", TokenHeadRecipe())


def test_too_little_data_is_an_error(tmp_path):
    """One text cannot be both trained on and held out."""
    pairs(tmp_path / "pairs.jsonl", count=1)
    with pytest.raises(InputError, match="1 labelled texts are too few"):
        train([tmp_path / "pairs.jsonl"], tmp_path / "out", TokenHeadRecipe())
