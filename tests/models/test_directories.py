import subprocess
import sys

import pytest

from excerpt.errors import ModelError
from excerpt.models.bundle import WEIGHTS
from excerpt.models.directories import find_directory, model_files, weight_files


def test_a_bundled_name_comes_first():
    """Whatever stands in the working directory."""
    assert find_directory("excerpt-recomp") == WEIGHTS / "excerpt-recomp"


def test_a_directory_is_its_own(tmp_path):
    """Given as a path or as text."""
    assert find_directory(tmp_path) == find_directory(str(tmp_path)) == tmp_path


@pytest.mark.parametrize("name", ["minilm", "a/b/c", "./no/model", "/no/model"])
def test_what_is_neither_says_what_there_is(name):
    """The bundled names, and the forms that are possible."""
    with pytest.raises(
        ModelError,
        match=r"not bundled \(all-MiniLM-L6-v2, .*not a directory, .* brought, and not .* owner/model",
    ):
        find_directory(name)


def test_a_graph_comes_before_a_checkpoint(tmp_path):
    """One graph, or all that a checkpoint has; nothing where there is neither."""
    assert weight_files(tmp_path) == []
    names = ["pytorch_model.bin", "model.safetensors.index.json", "model.safetensors"]
    for name in names:
        (tmp_path / name).touch()
    assert {path.name for path in weight_files(tmp_path)} == set(names)
    (tmp_path / "model.onnx").touch()
    assert [path.name for path in weight_files(tmp_path)] == ["model.onnx"]


def test_the_tokenizer_is_among_the_files_that_count(tmp_path):
    """Behind the weights; a README is not."""
    for name in ("README.md", "model.onnx", "tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        (tmp_path / name).touch()
    names = ["model.onnx", "tokenizer.json", "tokenizer_config.json", "vocab.txt"]
    assert [path.name for path in model_files(tmp_path)] == names


def test_what_is_here_is_found_without_the_hub_client(tmp_path):
    """Bundled names and directories never import it."""
    code = (
        "import sys; sys.modules['huggingface_hub'] = None;"
        "from excerpt.models.directories import find_directory;"
        f"find_directory('excerpt-recomp'); find_directory({str(tmp_path)!r});"
        "print('fine')"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "fine\n"
