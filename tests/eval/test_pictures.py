"""Pictures, and all else that a command writes last, are asked for before its work."""

import sys

import pytest
from click.testing import CliRunner

from excerpt.cli import bench, calibrate, models
from excerpt.errors import InputError, MissingExtraError
from excerpt.eval.pictures import check_picture

COMMANDS = {"bench": bench.command, "calibrate": calibrate.command}
PICTURES = {
    "calibrate": ("none.jsonl", "-o", "policy.json", "--risk", "0.1", "--plot"),
    "bench": ("--seconds", "0", "--picture"),
}
EXPORTS = {
    "export": ("none", "-o", "out", "--task", "encoder"),
    "import": ("none.gguf", "-o", "out", "--quantize", "int8"),
}


def test_a_picture_of_no_known_kind_is_refused():
    """By its ending; capitals do not matter."""
    pytest.importorskip("matplotlib")
    with pytest.raises(InputError, match=r"plot: a\.txt is of no kind that can be drawn; end it in \.svg"):
        check_picture("a.txt", option="--plot")
    check_picture("a.SVG")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_asked_for_before_anything_is_read(name, tmp_path, monkeypatch):
    """Without matplotlib, and with an ending that it does not write."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="of no kind that can be drawn"):
        CliRunner().invoke(COMMANDS[name], [*PICTURES[name], "picture.txt"], catch_exceptions=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"'matplotlib' is needed for .*excerpt\[plots\]"):
        CliRunner().invoke(COMMANDS[name], [*PICTURES[name], "picture.svg"], catch_exceptions=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_what_an_export_takes_to_its_end_is_asked_for_first(name, package, tmp_path, monkeypatch):
    """Before the checkpoint is looked for."""
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"'{package}' is needed for .*excerpt\[export\]"):
        CliRunner().invoke(models.command, [name, *EXPORTS[name]], catch_exceptions=False)
