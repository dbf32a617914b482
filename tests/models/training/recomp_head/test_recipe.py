"""Training RECOMP as a head on frozen states."""

import json

import pytest
from click.testing import CliRunner

from excerpt import Chain
from excerpt.cli.train.recomp_head import command
from excerpt.compressors import RecompExtractive
from excerpt.errors import InputError
from excerpt.models.card import read_card
from excerpt.models.training.common.recipe import FitSettings
from excerpt.models.training.recomp.examples import QuestionSentences, most_alike
from excerpt.models.training.recomp_head.recipe import RecompHeadRecipe, train

COLOURS = ("red", "blue", "green", "grey")
RECIPE = RecompHeadRecipe(width=8, others=2, held_out=0.2, fit=FitSettings(epochs=2, batch=4))


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """Ten questions whose evidence is the second sentence."""
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    rows = []
    for number in range(10):
        first, useful = f"Mill {number} is old.", f"The miller painted door {number} {COLOURS[number % 4]}."
        start = len(first) + 1
        evidence = [[start, start + len(useful)]]
        passage = {"title": "Mill", "text": f"{first} {useful} Nobody came. It rained.", "evidence": evidence}
        rows.append({"question": f"Which colour has door {number}?", "passages": [passage]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def trained(questions, tmp_path_factory):
    """A folder."""
    folder = tmp_path_factory.mktemp("trained") / "mine"
    train([questions], folder, RECIPE)
    return folder


def test_the_folder_is_ready_to_use(trained):
    """Head, cards and curve; no states are left, no pickle."""
    assert {path.name for path in trained.iterdir()} == {
        "head.onnx", "excerpt-model.json", "README.md", "training.json", "curve.png",
    }  # fmt: skip


def test_the_compressor_takes_it(trained):
    """Compared by cosine; the useful sentence is kept."""
    assert read_card(trained, "encoder").kind == "recomp-extractive"
    compressor = RecompExtractive(str(trained))
    assert compressor.scorer.similarity == "cosine"
    passages = ["Mill 3 is old. The miller painted door 3 white. Nobody came."]
    kept = Chain([compressor]).compress("Which colour has door 3?", passages, budget=9)
    assert kept.text == "The miller painted door 3 white."


def test_the_same_seed_gives_the_same_head(trained, questions, tmp_path):
    """Byte for byte; by the command as by the function."""
    options = [
        "--width",
        "8",
        "--others",
        "2",
        "--held-out",
        "0.2",
        "--epochs",
        "2",
        "--batch",
        "4",
        "--learning-rate",
        "0.003",
        "-q",
    ]
    CliRunner().invoke(command, [str(questions), "-o", str(tmp_path / "b"), *options], catch_exceptions=False)
    assert (tmp_path / "b" / "head.onnx").read_bytes() == (trained / "head.onnx").read_bytes()


def test_the_others_that_look_like_the_question_are_kept():
    """Shared rare words count more than shared common ones."""
    others = ("the cat sat on the mat", "the dog slept", "a door of oak", "the mill and the door")
    found = most_alike(QuestionSentences("who painted the oak door", ("useful",), others), 2)
    assert found == QuestionSentences(
        "who painted the oak door", ("useful",), ("a door of oak", "the mill and the door")
    )


def test_too_little_to_learn_from_is_said(tmp_path):
    """With what the rows lack."""
    (tmp_path / "q.jsonl").write_text('{"question": "who", "passages": ["Nobody came. The wind turned."]}')
    with pytest.raises(InputError, match="0 questions have both"):
        train([tmp_path / "q.jsonl"], tmp_path / "out", RECIPE)
