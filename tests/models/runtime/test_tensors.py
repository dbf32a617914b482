import numpy as np
import pytest

from excerpt.errors import ModelError
from excerpt.models.runtime.tensors import read_tensors


@pytest.fixture
def path(tmp_path):
    from safetensors.numpy import save_file

    arrays = {"a": np.arange(3, dtype=np.float32), "b": np.ones((2, 2), dtype=np.float32)}
    save_file(arrays, str(tmp_path / "x.safetensors"), metadata={"form": "one"})
    return tmp_path / "x.safetensors"


def test_all_tensors_and_their_metadata_are_read(path):
    """As they were saved."""
    tensors, metadata = read_tensors(path, "numpy")
    assert metadata == {"form": "one"}
    assert {name: array.tolist() for name, array in tensors.items()} == {
        "a": [0, 1, 2],
        "b": [[1, 1], [1, 1]],
    }


def test_only_the_wanted_ones_are_read(path):
    """As torch tensors, if asked; a name that is not there is left out."""
    import torch

    tensors, _ = read_tensors(path, "pt", wanted={"b", "nothing"})
    assert list(tensors) == ["b"]
    assert torch.equal(tensors["b"], torch.ones(2, 2))


@pytest.mark.parametrize("content", [None, b"", b"not tensors"])
def test_another_file_is_an_error(tmp_path, content):
    """One that is missing, too; the message names it."""
    if content is not None:
        (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.safetensors cannot be read as safetensors"):
        read_tensors(tmp_path / "x.safetensors", "numpy")
