import pytest

from excerpt.errors import ModelError
from excerpt.models.hub import fetch, wanted_files


def test_one_kind_of_weights_is_fetched():
    """ONNX before safetensors before the pickle; other formats and other ONNX variants never."""
    settings = ["config.json", "tokenizer.json", "1_Pooling/config.json"]
    rest = ["README.md", "tf_model.h5", "rust_model.ot", "onnx/model_qint8_avx512.onnx", "modeling_evil.py"]
    weights = ["onnx/model.onnx", "model.safetensors", "pytorch_model.bin"]
    for index, chosen in enumerate(weights):
        assert wanted_files([*settings, *rest, *weights[index:]]) == sorted([*settings, chosen])


def test_safetensors_can_be_asked_for():
    """A network that only torch runs has no use for the ONNX file beside its weights."""
    names = ["config.json", "onnx/model.onnx", "model.safetensors", "pytorch_model.bin"]
    assert wanted_files(names, "safetensors") == ["config.json", "model.safetensors"]


def test_all_shards_are_fetched():
    """Sharded weights come with their index."""
    shards = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    assert wanted_files(["config.json", *shards]) == ["config.json", *shards]


def test_a_network_for_torch_comes_without_onnx():
    """Safetensors before pickles, of which every shard is fetched; with all that generation reads."""
    settings = ["added_tokens.json", "chat_template.jinja", "config.json", "generation_config.json"]
    shards = [f"pytorch_model-0000{number}-of-00002.bin" for number in (1, 2)]
    pickled = [*shards, "pytorch_model.bin.index.json"]
    names = [*settings, "onnx/model.onnx", *pickled]
    assert wanted_files(names, "torch") == sorted([*settings, *pickled])
    assert wanted_files([*names, "model.safetensors"], "torch") == sorted([*settings, "model.safetensors"])


def test_an_unreachable_model_says_what_to_do(monkeypatch, tmp_path):
    """Offline, the message names the model and the way round."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="hf download owner/nothing"):
        fetch("owner/nothing")
