import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from excerpt.errors import ModelError
from excerpt.models import bundle


def test_the_bundled_files_are_what_the_manifest_says():
    """Every sha256 fits."""
    assert bundle.verify() == []


def test_the_manifest_lists_the_default_encoder():
    """Its licence and source are there, and it is about 22 MB."""
    model = {model.name: model for model in bundle.bundled()}["all-MiniLM-L6-v2"]
    assert model.licence == "Apache-2.0"
    assert model.source.startswith("https://huggingface.co/")
    assert 20e6 < model.bytes < 24e6


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    """A copy of the weights that a test may break."""
    shutil.copytree(bundle.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(bundle, "WEIGHTS", tmp_path / "weights")
    return tmp_path / "weights"


def test_a_changed_byte_is_found(damaged):
    """Same size, other content."""
    path = damaged / "all-MiniLM-L6-v2" / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [fault.partition(" does")[0] for fault in bundle.verify()] == [str(path)]


def test_a_missing_and_a_short_file_are_found(damaged):
    """Each fault is one sentence."""
    (damaged / "all-MiniLM-L6-v2" / "NOTICE").unlink()
    (damaged / "all-MiniLM-L6-v2" / "tokenizer.json").write_text("{}")
    assert [fault.split()[1:3] for fault in bundle.verify()] == [["is", "missing"], ["has", "2"]]


def test_a_broken_manifest_says_to_install_again(damaged):
    """A damaged installation is not the user's mistake."""
    (damaged / "manifest.json").write_text(json.dumps({"models": [{}]}))
    with pytest.raises(ModelError, match="install excerpt again"):
        bundle.bundled()


def test_the_manifest_is_what_the_bundler_writes():
    """Models without a card keep their entry; nothing is forgotten."""
    place = Path(__file__).parents[2] / "tools" / "bundle_weights.py"
    spec = importlib.util.spec_from_file_location(place.stem, place)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.manifest() == json.loads((bundle.WEIGHTS / "manifest.json").read_text())
