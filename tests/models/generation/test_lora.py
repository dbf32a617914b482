"""LoRA adapters in peft's layout, added to their base model: against the sum by hand."""

import json
from math import sqrt

import pytest

from excerpt.errors import ModelError

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from fakes.tiny_decoders import make_decoder  # noqa: E402 - needs torch
from fakes.tiny_released import make_adapter  # noqa: E402 - needs torch
from safetensors.torch import load_file, save_file  # noqa: E402 - needs torch

from excerpt.models.generation.generator import load_generator  # noqa: E402 - needs torch
from excerpt.models.generation.likelihood import CausalLikelihood  # noqa: E402 - needs torch

KIND = "causal language model"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_decoder(tmp_path_factory.mktemp("lora") / "base", "llama")


@pytest.mark.parametrize(("settings", "scale"), [({}, 4 / 2), ({"use_rslora": True}, 4 / sqrt(2))])
def test_the_sum_is_that_by_hand(base, tmp_path, settings, scale):
    """Of every matrix that the adapter has; the others stay."""
    adapter = make_adapter(tmp_path / "adapter", base, **settings)
    tokenizer, network = load_generator(adapter, KIND)
    plain_tokenizer, plain = load_generator(base, KIND)
    tensors = load_file(adapter / "adapter_model.safetensors")
    for name, weight in network.state_dict().items():
        layer = f"base_model.model.{name.removesuffix('.weight')}"
        wanted = plain.state_dict()[name]
        if f"{layer}.lora_A.weight" in tensors:
            product = tensors[f"{layer}.lora_B.weight"] @ tensors[f"{layer}.lora_A.weight"]
            assert product.abs().max() > 0
            wanted = wanted + scale * product
        torch.testing.assert_close(weight, wanted)
    assert tokenizer("barley")["input_ids"] == plain_tokenizer("barley")["input_ids"]


def test_the_base_model_is_part_of_what_a_number_depends_on(base, tmp_path):
    """Of the fingerprint, by which surprisals are stored."""
    adapter = make_adapter(tmp_path / "adapter", base)
    fingerprint = CausalLikelihood(adapter).fingerprint
    assert "adapter_model.safetensors" in fingerprint
    assert " model.safetensors" in fingerprint


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"use_dora": True}, "use_dora is True; only plain LoRA"),
        ({"peft_type": "PREFIX_TUNING"}, "peft_type is 'PREFIX_TUNING'"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"r": 0}, "r is 0 and lora_alpha 4"),
        ({"base_model_name_or_path": None}, "does not say which model it belongs to"),
        ({"base_model_name_or_path": "./nowhere"}, "no model './nowhere'"),
    ],
)
def test_what_is_more_than_the_sum_is_refused(base, tmp_path, settings, says):
    """The message says what."""
    with pytest.raises(ModelError, match=says):
        load_generator(make_adapter(tmp_path / "adapter", base, **settings), KIND)


def test_other_tensors_and_pickles_are_refused(base, tmp_path):
    """A half of a pair, a layer that is not there, no safetensors."""
    adapter = make_adapter(tmp_path / "adapter", base)
    path = adapter / "adapter_model.safetensors"
    tensors = load_file(path)
    first = next(name for name in tensors if "lora_B" in name)
    save_file({name: tensor for name, tensor in tensors.items() if name != first}, path)
    with pytest.raises(ModelError, match="has only one of lora_A and lora_B"):
        load_generator(adapter, KIND)
    save_file({name.replace("q_proj", "z_proj"): tensor for name, tensor in tensors.items()}, path)
    with pytest.raises(ModelError, match="z_proj does not fit the model"):
        load_generator(adapter, KIND)
    save_file({"base_model.model.lm_head.weight": torch.zeros(2)}, path)
    with pytest.raises(ModelError, match="is no part of a plain LoRA adapter"):
        load_generator(adapter, KIND)
    path.rename(adapter / "adapter_model.bin")
    with pytest.raises(ModelError, match="a pickled adapter is not read"):
        load_generator(adapter, KIND)
    assert json.loads((adapter / "adapter_config.json").read_text())["r"] == 2
