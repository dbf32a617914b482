"""PISCO's published layout on random weights: memory tokens by hand, and read with the other adapter."""

import json

import numpy as np
import pytest

from excerpt.errors import InputError, ModelError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from fakes.tiny_decoders import make_decoder  # noqa: E402 - needs torch
from fakes.tiny_released import make_pisco  # noqa: E402 - needs torch

from excerpt.models.readers import XragReader  # noqa: E402 - needs torch
from excerpt.models.soft.pisco import PISCO_PROMPTS, Pisco  # noqa: E402 - needs torch
from excerpt.models.soft.pisco_checkpoint import save_reader  # noqa: E402 - needs torch

TEXT = "The miller weighed twelve sacks of barley before noon. " * 2
LENGTH, RATE = 24, 8


@pytest.fixture(scope="module", params=[True, False], ids=["different", "same"])
def files(request, tmp_path_factory):
    """A checkpoint, and the reader that is made of it."""
    folder = tmp_path_factory.mktemp("pisco")
    base = make_decoder(folder / "base", "llama")
    made = make_pisco(folder / "pisco", base, length=LENGTH, rate=RATE, different=request.param)
    return made, save_reader(made, folder / "reader", dtype="float32")


def with_adapter(checkpoint, name):
    """The base model with tables and products, and the id of its first added token."""
    base = json.loads((checkpoint / "config.json").read_text())["decoder_model_name"]
    network = transformers.AutoModelForCausalLM.from_pretrained(base)
    first = network.config.vocab_size
    tables = torch.load(checkpoint / "decoder_first_last_layers.pth", weights_only=True)
    network.resize_token_embeddings(len(tables["lm_head.weight"]), mean_resizing=False)
    network.load_state_dict(tables, strict=False)
    tensors = torch.load(checkpoint / "adapters.pth", weights_only=True)[name]
    for key, tensor in tensors.items():
        if "lora_A" in key:
            layer = network.get_submodule(key.partition(".lora_A")[0])
            layer.weight.data += 2 * tensors[key.replace("lora_A", "lora_B")] @ tensor
    return network, first, base


def test_memory_tokens_are_the_states_behind_each_part(files):
    """Of the writing adapter; the separator behind them is an embedding."""
    network, first, base = with_adapter(files[0], "encoder_adapter")
    different = json.loads((files[0] / "config.json").read_text())["different_mem_tokens"]
    memory = [first, first + 1, first + 2] if different else [first] * 3
    encode, separator = max(memory) + 2, max(memory) + 3
    ids = transformers.AutoTokenizer.from_pretrained(base)(TEXT, add_special_tokens=False)["input_ids"]
    wanted = []
    with torch.inference_mode():
        for part in torch.tensor(ids).split(LENGTH):
            fed = torch.tensor([[encode, 1, *part.tolist(), 2, *memory]])
            wanted.append(network(fed, output_hidden_states=True).hidden_states[-1][0, -3:])
            wanted.append(network.model.embed_tokens.weight[separator].detach()[None])
    compressor = Pisco(*files)
    assert len(wanted) > 2
    np.testing.assert_allclose(compressor.embed(TEXT), torch.cat(wanted).numpy(), atol=1e-5)
    assert compressor.slots(TEXT) == 2 * len(wanted)


def test_the_reader_is_the_base_model_with_the_other_adapter(files):
    """Saved as a plain model, which reads the memory tokens."""
    network, _, _ = with_adapter(files[0], "decoder_adapter")
    saved = transformers.AutoModelForCausalLM.from_pretrained(files[1])
    fed = torch.tensor([[1, 7, 8, 9]])
    with torch.inference_mode():
        assert torch.allclose(saved(fed).logits, network(fed).logits, atol=1e-5)
    soft = Pisco(*files).soft([TEXT, "Nobody counted the rye."])
    reader = XragReader(files[1], PISCO_PROMPTS, answer_tokens=3)
    assert reader.read_soft("Who?", "", soft) == reader.read_soft("Who?", "", soft)


def test_a_chat_template_writes_the_first_token_once(files):
    """The system message is said, and nothing is put before what the template writes."""
    reader = XragReader(files[1], PISCO_PROMPTS)
    tokenizer, network = reader._load()
    tokenizer.chat_template = (
        "{{ bos_token }}{% for one in messages %}[{{ one.role }}]{{ one.content }}{% endfor %}"
    )
    soft = Pisco(*files).soft([TEXT])
    rows = reader._embedded([("Who?", "", soft)])["inputs_embeds"][0]
    text = f"[system]{PISCO_PROMPTS.ask.system}[user]Background:\n"
    ids = [1, *tokenizer(text, add_special_tokens=False)["input_ids"]]
    before = network.get_input_embeddings().weight[ids].detach()
    assert torch.equal(rows[: len(ids)], before)
    assert np.array_equal(rows[len(ids) : len(ids) + len(soft)].numpy(), soft.embeddings)


def test_what_is_no_checkpoint_is_refused(files, tmp_path):
    """The message says what is there and what is needed."""
    with pytest.raises(InputError, match="pisco: a passage is empty"):
        Pisco(*files).embed(" ")
    with pytest.raises(ModelError, match=r"is no PISCO checkpoint .*adapters.pth"):
        Pisco(tmp_path, files[1])
    for path in files[0].glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    torch.save({"decoder_adapter": {}}, tmp_path / "adapters.pth")
    with pytest.raises(ModelError, match="needs encoder_adapter"):
        Pisco(tmp_path, files[1]).embed(TEXT)
    torch.save({"lm_head.weight": torch.ones(3, 24)}, tmp_path / "decoder_first_last_layers.pth")
    with pytest.raises(ModelError, match=r"decoder_first_last_layers.pth does not fit"):
        Pisco(tmp_path, files[1]).embed(TEXT)
