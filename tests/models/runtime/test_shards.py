"""Single tensors out of one file or several, of either kind."""

import json

import pytest

from excerpt.errors import ModelError
from excerpt.models.runtime.shards import read_wanted

torch = pytest.importorskip("torch")
from safetensors.torch import save_file  # noqa: E402 - needs torch


def test_tensors_are_found_in_the_shard_that_the_index_names(tmp_path):
    """Those that are nowhere are left out, and a name with folders in it stays in the folder."""
    save_file({"one": torch.ones(2), "other": torch.zeros(1)}, tmp_path / "a.safetensors")
    save_file({"two": torch.full((3,), 2.0)}, tmp_path / "b.safetensors")
    weight_map = {"one": "a.safetensors", "other": "a.safetensors", "two": "../elsewhere/b.safetensors"}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    found = read_wanted(tmp_path, {"one", "two", "three"})
    assert {name: tensor.tolist() for name, tensor in found.items()} == {"one": [1, 1], "two": [2, 2, 2]}


def test_a_pickle_of_more_than_weights_is_refused(tmp_path):
    """It says so; plain weights are read."""
    torch.save({"one": torch.ones(2)}, tmp_path / "pytorch_model.bin")
    assert read_wanted(tmp_path, {"one"})["one"].tolist() == [1, 1]
    torch.save({"one": torch.nn.Linear(1, 1)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(
        ModelError, match="cannot be read as plain weights, and nothing else in a pickle is ever run"
    ):
        read_wanted(tmp_path, {"one"})
