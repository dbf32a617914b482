"""The reader that comes with a checkout."""

import sys
from pathlib import Path

import pytest

from excerpt.errors import NoModelError
from excerpt.eval import local_reader as module
from excerpt.eval.local_reader import local_reader
from excerpt.models.readers import ExtractiveReader

WEIGHTS = Path(__file__).parents[2] / "eval" / "weights" / "extractive-reader"


def test_other_readers_keep_their_names():
    """Only the bare name is filled in."""
    assert local_reader("extractive:mine") == "extractive:mine"
    assert local_reader("http://127.0.0.1:1/v1") == "http://127.0.0.1:1/v1"


def test_an_installed_package_says_where_the_weights_are(monkeypatch, tmp_path):
    """They are not in the wheel: one line says what to give or install."""
    monkeypatch.setattr(module, "_EVAL", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    with pytest.raises(NoModelError, match=r'--reader http://.*pip install "excerpt\[torch\]"'):
        local_reader("extractive")


def test_an_environment_inside_a_checkout_finds_them_there(monkeypatch, tmp_path):
    """`make demo` installs the wheel into an environment that stands in the checkout."""
    weights = tmp_path / "eval" / "weights" / "extractive-reader"
    weights.mkdir(parents=True)
    (weights / "model.onnx").touch()
    monkeypatch.setattr(module, "_EVAL", tmp_path / "site-packages")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv-demo"))
    assert local_reader("extractive") == f"extractive:{weights}"


def test_the_checked_in_reader_copies_a_span_that_answers():
    """A question as easy as they come; the span stands where it says."""
    context = "The Karsk mill stands on a hill. It was built in 1861 by Ada Brenn."
    answer = ExtractiveReader(WEIGHTS, least=float("-inf")).read("When was the Karsk mill built?", context)
    assert "1861" in answer.text
    assert context[slice(*answer.span)] == answer.text
