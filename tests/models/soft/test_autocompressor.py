"""AutoCompressor's published layout on random weights: summary vectors by hand, and read by the same model."""

import json

import numpy as np
import pytest

from excerpt.errors import ConfigError, InputError, ModelError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from fakes.tiny_released import make_autocompressor  # noqa: E402 - needs torch
from safetensors.torch import load_file  # noqa: E402 - needs torch

from excerpt import Chain  # noqa: E402 - needs torch
from excerpt.compressors import Soft  # noqa: E402 - needs torch
from excerpt.models.readers import XragReader  # noqa: E402 - needs torch
from excerpt.models.soft.autocompressor import AUTOCOMPRESSOR_PROMPTS, AutoCompressor  # noqa: E402 - needs torch

TEXT = "The miller weighed twelve sacks of barley before noon. " * 3
COUNT, SEGMENT = 3, 20


@pytest.fixture(scope="module", params=[True, False], ids=["accumulated", "last"])
def folder(request, tmp_path_factory):
    """A Llama with summary tokens."""
    return make_autocompressor(tmp_path_factory.mktemp("auto") / "model", COUNT, accumulate=request.param)


def by_hand(folder):
    """Segment after segment through the whole model, each behind the vectors that were made."""
    network = transformers.AutoModelForCausalLM.from_pretrained(folder)
    summary = load_file(folder / "model.safetensors")["embed_summary.weight"]
    ids = transformers.AutoTokenizer.from_pretrained(folder)(TEXT, add_special_tokens=False)["input_ids"]
    words, made = network.model.embed_tokens(torch.tensor(ids)), []
    accumulate = json.loads((folder / "config.json").read_text())["accumulate_summary"]
    with torch.inference_mode():
        for part in words.split(SEGMENT):
            before = made if accumulate else made[-1:]
            inputs = torch.cat([*before, part, summary])
            states = network(inputs_embeds=inputs[None], output_hidden_states=True).hidden_states[-1][0]
            made.append(states[len(inputs) - COUNT :])
    assert len(made) > 2
    return torch.cat(made if accumulate else made[-1:]).numpy()


def test_summary_vectors_are_the_states_of_the_summary_tokens(folder):
    """The last layer's; each segment sees those before it."""
    compressor = AutoCompressor(folder, segment=SEGMENT)
    wanted = by_hand(folder)
    np.testing.assert_allclose(compressor.embed(TEXT), wanted, atol=1e-5)
    assert compressor.slots(TEXT) == len(wanted)
    assert compressor.closing.shape == (0, 24)


def test_the_same_model_reads_them(folder):
    """As the stage gives them; vectors of several passages stand side by side."""
    compressor = AutoCompressor(folder, segment=SEGMENT)
    reader = XragReader(folder, AUTOCOMPRESSOR_PROMPTS, answer_tokens=3)
    passages = [TEXT, "Nobody counted the rye."]
    stage = Soft(folder, kind="autocompressor", options={"segment": SEGMENT})
    result = Chain([stage]).for_reader(reader).compress("Who?", passages)
    np.testing.assert_array_equal(
        result.soft.embeddings, np.concatenate([compressor.embed(text) for text in passages])
    )
    assert reader.read_soft("Who?", "", result.soft) == reader.read_soft(
        "Who?", "", compressor.soft(passages)
    )


def test_weights_in_a_pickle_are_read_as_weights_only(tmp_path):
    """The same vectors; a pickle that holds anything else is refused."""
    folder = make_autocompressor(tmp_path / "model", COUNT)
    wanted = AutoCompressor(folder).embed(TEXT)
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(tensors, folder / "pytorch_model.bin")
    np.testing.assert_array_equal(AutoCompressor(folder).embed(TEXT), wanted)
    torch.save(tensors | {"embed_summary.weight": torch.nn.Linear(2, 2)}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="cannot load"):
        AutoCompressor(folder).embed(TEXT)


def test_what_is_no_autocompressor_is_refused(tmp_path):
    """The message says what is there and what is needed."""
    folder = make_autocompressor(tmp_path / "model", COUNT)
    with pytest.raises(InputError, match="autocompressor: a passage is empty"):
        AutoCompressor(folder).embed(" ")
    with pytest.raises(ConfigError, match="segment must be 1 or more"):
        AutoCompressor(folder, segment=0)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"summary_length": 4}))
    with pytest.raises(ModelError, match=r"embed_summary.weight of the shape \(4, 24\), found \(3, 24\)"):
        AutoCompressor(folder).embed(TEXT)
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "opt"}))
    with pytest.raises(ModelError, match=r"is no AutoCompressor on Llama: .*'opt' and summary_length 3"):
        AutoCompressor(folder)
