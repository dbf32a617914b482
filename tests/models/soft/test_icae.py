"""ICAE's published layout on random weights: slots by hand, and read by the base model in the passages' place."""

import numpy as np
import pytest

from excerpt.errors import InputError, ModelError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from fakes.tiny_decoders import make_decoder  # noqa: E402 - needs torch
from fakes.tiny_released import make_adapter  # noqa: E402 - needs torch
from safetensors.torch import load_file, save_file  # noqa: E402 - needs torch

from excerpt.models.readers import XragReader  # noqa: E402 - needs torch
from excerpt.models.soft.icae import ICAE_PROMPTS, Icae  # noqa: E402 - needs torch
from excerpt.presets import chain_from_toml  # noqa: E402 - needs torch

TEXT = "The miller weighed twelve sacks of barley before noon. " * 3
SLOTS, RATE, ALPHA = 5, 4, 6.0


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A base model, and one file with adapter and slots."""
    folder = tmp_path_factory.mktemp("icae")
    base = make_decoder(folder / "base", "llama")
    adapter = load_file(make_adapter(folder / "adapter", base) / "adapter_model.safetensors")
    tensors = {
        f"icae.{name.replace('.weight', '.default.weight')}": tensor for name, tensor in adapter.items()
    }
    generator = torch.Generator().manual_seed(4)
    tensors["memory_token_embed.weight"] = torch.randn((SLOTS + 3, 24), generator=generator)
    save_file(tensors, folder / "icae.safetensors")
    return folder / "icae.safetensors", base


def by_hand(files):
    """The states of the slots behind each segment, under base weights plus the products."""
    checkpoint, base = files
    tensors = load_file(checkpoint)
    network = transformers.AutoModelForCausalLM.from_pretrained(base)
    for name, tensor in tensors.items():
        if "lora_A" in name:
            other = tensors[name.replace("lora_A", "lora_B")]
            layer = name.removeprefix("icae.base_model.model.").partition(".lora_A")[0]
            network.get_submodule(layer).weight.data += ALPHA / 2 * other @ tensor
    ids = transformers.AutoTokenizer.from_pretrained(base)(TEXT)["input_ids"]
    segments = -(-len(ids) // (SLOTS * RATE))
    length = -(-len(ids) // segments)
    slots, rows = tensors["memory_token_embed.weight"][:SLOTS], []
    with torch.inference_mode():
        for start in range(0, len(ids), length):
            words = network.get_input_embeddings()(torch.tensor([ids[start : start + length]]))
            output = network(inputs_embeds=torch.cat([words, slots[None]], 1), output_hidden_states=True)
            rows.append(output.hidden_states[-1][0, -SLOTS:])
    assert segments > 1
    return torch.cat(rows).numpy()


def test_slots_are_the_states_behind_each_segment(files):
    """The last layer's, as the authors read them."""
    slots = Icae(*files, alpha=ALPHA, rate=RATE).embed(TEXT)
    np.testing.assert_allclose(slots, by_hand(files), atol=1e-5)


def test_the_base_model_reads_them_in_the_passages_place(files):
    """Every slot and the mark is a token; another model is refused."""
    icae = Icae(*files, alpha=ALPHA, rate=RATE)
    soft = icae.soft([TEXT, "Nobody counted the rye."])
    assert soft.indices == {0, 1}
    assert len(soft) == icae.slots(TEXT) + icae.slots("Nobody counted the rye.") + 1
    np.testing.assert_array_equal(soft.embeddings[: icae.slots(TEXT)], icae.embed(TEXT))
    np.testing.assert_array_equal(
        soft.embeddings[-1], load_file(files[0])["memory_token_embed.weight"][-1].numpy()
    )
    reader = XragReader(files[1], ICAE_PROMPTS, answer_tokens=3)
    assert reader.read_soft("Who?", "", soft) == reader.read_soft("Who?", "", soft)
    with pytest.raises(ModelError, match="the vectors were made for a reader"):
        XragReader(make_decoder(files[1].parent / "other", "qwen2"), ICAE_PROMPTS).read_soft("Who?", "", soft)


def test_what_does_not_belong_together_is_refused(files, tmp_path):
    """The message says what is there and what is needed."""
    checkpoint, base = files
    with pytest.raises(InputError, match="icae: a passage is empty"):
        Icae(checkpoint, base).embed(" ")
    with pytest.raises(InputError, match="icae: there is no passage"):
        Icae(checkpoint, base).soft([])
    with pytest.raises(ModelError, match="icae: there is no file"):
        Icae(tmp_path / "none.safetensors", base)
    tensors = load_file(checkpoint)
    save_file({**tensors, "memory_token_embed.weight": torch.zeros((8, 7))}, tmp_path / "wide.safetensors")
    with pytest.raises(ModelError, match=r"is no ICAE for .*it has \(8, 7\)"):
        Icae(tmp_path / "wide.safetensors", base).embed(TEXT)


def test_a_chain_from_toml_gives_slots_to_its_reader(files, tmp_path):
    """The best as text, the others as all of their slots; another reader or other prompts are refused."""
    path = tmp_path / "chain.toml"
    path.write_text(
        f'[[stage]]\nuse = "soft"\nmodel = "{files[0]}"\nkind = "icae"\ntext = 1\n'
        f'options = {{ base = "{files[1]}", alpha = {ALPHA} }}\n'
    )
    chain = chain_from_toml(path)
    reader = XragReader(files[1], ICAE_PROMPTS, answer_tokens=3)
    passages = ["Nobody counted the rye.", TEXT]
    result = chain.for_reader(reader).compress("Who?", passages)
    icae = Icae(*files, alpha=ALPHA, rate=RATE)
    assert result.text == passages[0]
    np.testing.assert_array_equal(result.soft.embeddings, np.concatenate([icae.embed(TEXT), icae.closing]))
    assert reader.read_soft("Who?", result.text, result.soft) is not None
    with pytest.raises(ModelError, match="icae: makes embeddings of 'base'"):
        chain.for_reader(XragReader(make_decoder(files[1].parent / "third", "qwen2"), ICAE_PROMPTS))
    with pytest.raises(ModelError, match="icae: its embeddings stand among the prompts 'icae'"):
        chain.for_reader(XragReader(files[1]))
