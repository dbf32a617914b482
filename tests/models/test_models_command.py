import pytest
from click.testing import CliRunner

from excerpt.cli.models import command
from excerpt.models import bundle, registry


def test_list_names_the_bundle():
    """Name, task and licence are in the table."""
    result = CliRunner().invoke(command, ["list"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert all(word in result.output for word in ("all-MiniLM-L6-v2", "encoder", "Apache-2.0"))


def test_verify_says_how_many_files_are_right():
    """Exit status 0 when everything fits."""
    result = CliRunner().invoke(command, ["verify"])
    files = sum(len(model.files) for model in bundle.bundled())
    assert (result.exit_code, result.output) == (0, f"{files} files verified\n")


def test_verify_fails_when_a_file_is_off(tmp_path, monkeypatch):
    """Exit status 1, and each fault is named."""
    files = sum(len(model.files) for model in bundle.bundled())
    (tmp_path / "manifest.json").write_text((bundle.WEIGHTS / "manifest.json").read_text())
    monkeypatch.setattr(bundle, "WEIGHTS", tmp_path)
    result = CliRunner().invoke(command, ["verify"])
    assert result.exit_code == 1
    assert result.output.count(" is missing") == files


@pytest.mark.parametrize("quantize", ["int8"])
def test_export_makes_a_directory_that_loads(quantize, tmp_path, checkpoint):
    """The summary names the difference from torch, and the result encodes."""
    target = tmp_path / "out"
    arguments = [
        "export",
        str(checkpoint("bert")),
        "-o",
        str(target),
        "--task",
        "encoder",
        "--quantize",
        quantize,
    ]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "largest difference from torch" in result.output
    assert registry.load(target).encode(["grain"]).shape == (1, 32)
