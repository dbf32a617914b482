"""SWE-Pruner's published layout on random weights: against its forward pass written out by hand."""

import json

import numpy as np
import pytest

from excerpt.errors import InputError, ModelError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from fakes.tiny_released import make_swe_pruner  # noqa: E402 - needs torch
from safetensors.torch import load_file  # noqa: E402 - needs torch

from excerpt.models.tasks.swe_pruner import _BEFORE, _BEHIND, SwePrunerModel  # noqa: E402 - needs torch

CODE = "The miller weighed\n    twelve sacks of barley\n\nbefore noon.\n"
GOAL = "Who sold it?"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return make_swe_pruner(tmp_path_factory.mktemp("swe-pruner"))


def by_hand(folder, ids, head, *, fused):
    """Fusion attention with four heads, a norm, and the head; from the file's own tensors."""
    tensors = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    decoder = transformers.AutoModel.from_config(transformers.AutoConfig.from_pretrained(folder / "backbone"))
    prefix = "model.backbone."
    decoder.load_state_dict(
        {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    )
    with torch.inference_mode():
        states = decoder(torch.tensor([ids]), output_hidden_states=True).hidden_states
        # Three layers: a quarter of them is at least one, half of them is one too.
        joined = torch.cat([states[1], states[1], states[3]], -1)[0] if fused else states[3][0]
        width = joined.shape[1]
        mixed = (
            joined @ tensors["model.fusion_layers.0.in_proj_weight"].T
            + tensors["model.fusion_layers.0.in_proj_bias"]
        )
        query, key, value = (
            part.reshape(len(ids), 4, width // 4).transpose(0, 1) for part in mixed.split(width, -1)
        )
        weights = torch.softmax(query @ key.transpose(1, 2) / (width // 4) ** 0.5, -1)
        seen = (weights @ value).transpose(0, 1).reshape(len(ids), width)
        seen = (
            seen @ tensors["model.fusion_layers.0.out_proj.weight"].T
            + tensors["model.fusion_layers.0.out_proj.bias"]
        )

        def norm(rows, name):
            centred = rows - rows.mean(-1, keepdim=True)
            scaled = centred / (rows.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
            return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

        def linear(rows, name):
            return (
                rows @ tensors[f"model.compression_head.{name}.weight"].T
                + tensors[f"model.compression_head.{name}.bias"]
            )

        rows, gelu = norm(seen + joined, "model.fusion_norms.0"), torch.nn.functional.gelu
        if head == "simple":
            return linear(torch.tanh(linear(rows, "0")), "2")[:, 0]
        if head == "ffn":
            return linear(gelu(linear(gelu(linear(norm(rows, "model.compression_head.0"), "1")), "4")), "7")[
                :, 0
            ]
        at = "feature_extractor"
        both = linear(gelu(linear(norm(rows, f"model.compression_head.{at}.0"), f"{at}.1")), f"{at}.4")
        return both[:, 1] - both[:, 0]


@pytest.mark.parametrize(("head", "fused"), [("crf", True), ("ffn", True), ("simple", False)])
def test_probabilities_are_those_of_the_published_network(head, fused, tmp_path):
    """Each kind of head, with three layers joined and with the last alone."""
    folder = make_swe_pruner(tmp_path / head, head=head, fused=fused)
    model = SwePrunerModel(folder)
    keep, offsets = model.keep_probabilities(GOAL, CODE)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder / "backbone")
    before, code, behind = (
        tokenizer(part, add_special_tokens=False)["input_ids"]
        for part in (_BEFORE.replace("{query}", GOAL), CODE, _BEHIND)
    )
    logits = by_hand(folder, [*before, *code, *behind], head, fused=fused)
    wanted = torch.sigmoid(logits[len(before) : len(before) + len(code)])
    np.testing.assert_allclose(keep, wanted.numpy(), atol=1e-5)
    assert "".join(CODE[start:end] for start, end in offsets.tolist()) == CODE


def test_a_long_text_is_read_in_windows_that_overlap(checkpoint):
    """Every token has a number, and where two windows meet it is the mean of both."""
    whole, _ = SwePrunerModel(checkpoint).keep_probabilities(GOAL, CODE * 12)
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint / "backbone")
    around = len(tokenizer(_BEFORE.replace("{query}", GOAL))["input_ids"] + tokenizer(_BEHIND)["input_ids"])
    model = SwePrunerModel(checkpoint, max_tokens=around + 120)
    parts, offsets = model.keep_probabilities(GOAL, CODE * 12)
    assert len(parts) == len(whole) == len(offsets) > 120
    assert ((parts > 0) & (parts < 1)).all()
    assert not np.allclose(parts, whole)
    with pytest.raises(InputError, match="swe-pruner: the goal takes"):
        model.keep_probabilities("rye " * 200, CODE)


def test_another_checkpoint_is_refused(checkpoint, tmp_path):
    """By what its settings say, and by its tensors."""
    with pytest.raises(ModelError, match="model_type 'qwen3', expected 'swepruner'"):
        SwePrunerModel(checkpoint / "backbone")
    for path in checkpoint.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((checkpoint / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "bottleneck": 7}))
    with pytest.raises(
        ModelError, match=r"(?s)is not a SWE-Pruner checkpoint as they are published: .*size mismatch"
    ):
        SwePrunerModel(tmp_path).keep_probabilities(GOAL, CODE)
