import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from excerpt.errors import ModelError
from excerpt.models import bundle, registry
from excerpt.models.runtime.onnx import OnnxModel
from excerpt.models.runtime.torch_model import TorchModel


@pytest.fixture
def damaged(tmp_path, monkeypatch):
    """A copy of the weights that a test may break."""
    shutil.copytree(bundle.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(bundle, "WEIGHTS", tmp_path / "weights")
    return tmp_path / "weights"


def test_an_unknown_name_says_what_there_is():
    """The message lists the bundled names and the forms that are possible."""
    with pytest.raises(ModelError, match=r"not bundled .*all-MiniLM-L6-v2.*owner/model"):
        registry.load("minilm")


def test_onnx_is_preferred_and_torch_the_fallback(checkpoint, exported):
    """The directory decides which of the two runs it."""
    assert isinstance(registry.load(exported("bert")).model, OnnxModel)
    assert isinstance(registry.load(checkpoint("bert")).model, TorchModel)


def test_a_directory_without_weights_is_refused(checkpoint, tmp_path):
    """The message lists what was looked for."""
    shutil.copytree(checkpoint("bert"), tmp_path / "copy")
    (tmp_path / "copy" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="has no weights"):
        registry.load(tmp_path / "copy")


def test_a_folder_without_any_settings_is_no_model(tmp_path):
    """Both files that it could have are named."""
    with pytest.raises(ModelError, match=r"is no model: .*excerpt-model\.json.*config\.json"):
        registry.load(tmp_path)


def test_a_pickle_is_read_in_weights_only_mode(checkpoint, tmp_path):
    """The old weight format loads when it holds tensors only."""
    import torch
    from safetensors.torch import load_file

    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("bert"), folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    expected = registry.load(checkpoint("bert")).encode(["grain"])
    np.testing.assert_array_equal(registry.load(folder).encode(["grain"]), expected)


def test_a_pickle_with_code_is_refused(checkpoint, tmp_path):
    """An object that would run something on loading is never built."""
    import torch

    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("bert"), folder)
    torch.save({"bomb": Bomb()}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"a pickle that holds more than tensors .* is not read") as said:
        registry.load(folder).encode(["grain"])
    assert "weights_only" not in str(said.value)  # torch's own message says how to run it
    assert not (tmp_path / "ran").exists()


def test_files_that_do_not_belong_together_are_refused(checkpoint, tmp_path):
    """A tokenizer with more tokens than the model has rows would run off the table."""
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("bert"), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 10}))
    with pytest.raises(ModelError, match="do not belong together"):
        registry.load(folder)


def test_importing_the_package_loads_nothing_heavy():
    """Neither ONNX Runtime nor torch nor the tokenizers, until something is loaded."""
    code = (
        "import sys, excerpt.models; print([m for m in ('onnxruntime', 'torch', 'tokenizers') if m in sys.modules]);"
        "excerpt.models.load('all-MiniLM-L6-v2').encode(['x']);"
        "print([m for m in ('torch', 'transformers', 'onnx') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:2] == ["[]", "[]"]


def test_every_exported_name_is_there():
    """`__all__` is sorted and true."""
    import excerpt.models

    assert excerpt.models.__all__ == sorted(excerpt.models.__all__)
    assert all(getattr(excerpt.models, name) is not None for name in excerpt.models.__all__)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("task", ["encoder", "token-classifier"])
def test_a_file_that_was_not_exported_has_no_fingerprint(exported, tmp_path, name, task):
    """What is stored or calibrated with it would pass for another model's."""
    folder = tmp_path / "copy"
    shutil.copytree(exported("bert", task), folder)
    assert registry.load(folder, task).fingerprint
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(
        ModelError, match=rf"{name} is not the file that the excerpt-model\.json beside it names"
    ):
        _ = registry.load(folder, task).fingerprint


def test_a_head_that_was_not_trained_has_no_fingerprint(damaged):
    """Its own file counts beside the encoder's."""
    with (damaged / "excerpt-recomp" / "head.onnx").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ModelError, match=r"excerpt-recomp/head\.onnx is not the file"):
        _ = registry.load_encoder("excerpt-recomp").fingerprint
    assert registry.load_encoder("excerpt-late-interaction").fingerprint


def test_a_head_for_another_compressor_is_no_token_head():
    """By the cards of the bundled heads, which say who wrote them."""
    encoder = registry.load_encoder()
    assert registry.load_head("excerpt-late-interaction", encoder).dim == 64
    with pytest.raises(ModelError, match="excerpt-recomp is a head for the compressor recomp-extractive"):
        registry.load_head("excerpt-recomp", encoder)
