"""A tiny checkpoint in the released layout: a whole Mistral with the projector's tensors and the two added rows."""

import json
import sys

import numpy as np
import pytest
from fakes.tiny_generators import make_causal_lm, make_released, with_slow_tokenizer

from excerpt import Chain
from excerpt.compressors import XRAG
from excerpt.compressors.vectors.document_vectors import GivenVectors
from excerpt.errors import MissingExtraError, ModelError
from excerpt.models.readers import XragReader
from excerpt.models.xrag.loading import load_bridge
from excerpt.presets import load_chain
from excerpt.retrievers import Index

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return make_released(tmp_path_factory.mktemp("released") / "xrag-7b")


def reference(folder):
    tensors = safetensors.load_file(folder / "model.safetensors")
    return {
        name: tensors[f"projector.projector.{name}"] for name in ("0.weight", "0.bias", "2.weight", "2.bias")
    }


def test_the_projector_is_found_among_the_readers_tensors(released):
    """And is the one that was saved."""
    bridge = load_bridge(released)
    assert all(
        torch.equal(bridge.network.state_dict()[name], tensor) for name, tensor in reference(released).items()
    )
    assert (bridge.manifest.encoder.pooling, bridge.manifest.encoder.normalized) == ("last", False)
    assert bridge.manifest.encoder.max_tokens == 180


def test_shards_are_read_only_where_they_hold_it(released, tmp_path):
    """By the index; a shard with other tensors may be damaged, or not there yet."""
    tensors = safetensors.load_file(released / "model.safetensors")
    mine = {name: tensor for name, tensor in tensors.items() if name.startswith("projector")}
    for path in released.iterdir():
        if path.name != "model.safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    safetensors.save_file(mine, tmp_path / "model-00002-of-00002.safetensors")
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(b"damaged")
    places = {name: f"model-0000{2 if name in mine else 1}-of-00002.safetensors" for name in tensors}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    assert torch.equal(load_bridge(tmp_path).network[0].weight, mine["projector.projector.0.weight"])


def test_pickled_shards_are_read_in_weights_only_mode(tmp_path):
    """As the release has them; code in one is not run."""
    folder = make_released(tmp_path / "pickled", pickled=True)
    assert load_bridge(folder).manifest.reader.dim == 16

    class Evil:
        def __reduce__(self):
            return (print, ("run",))

    torch.save({"projector.projector.0.weight": Evil()}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="nothing else in a pickle is ever run"):
        load_bridge(folder)


def test_the_same_folder_is_its_reader(released):
    """With the mark's own token and row; vectors come with the passages."""
    bridge, reader = load_bridge(released), XragReader(released, answer_tokens=4)
    stage = XRAG(bridge, vectors=GivenVectors(bridge.manifest.encoder))
    vectors = np.random.default_rng(3).normal(size=(2, 12))
    passages = [{"text": "rain wind", "vector": vector.tolist()} for vector in vectors]
    result = Chain([stage]).for_reader(reader).compress("what turns ?", passages)
    assert np.allclose(result.soft.embeddings, bridge.project(vectors.astype(np.float32)))
    assert reader._marking[1] == len(reader._load()[0]) - 1
    assert reader.read_soft("what turns ?", result.text, result.soft).text


def test_vectors_of_its_encoder_come_through_an_index(released, tmp_path):
    """From a field of the rows that it was built from, as a chain file names it; without them the message says how."""
    rows = [
        {"text": text, "vector": [float(number)] * 12} for number, text in enumerate(("old rain", "old wind"))
    ]
    index = Index.build(rows, tmp_path / "a.excerpt", encoder=None)
    path = tmp_path / "chain.toml"
    path.write_text(f'[[stage]]\nuse = "xrag"\nbridge = "{released}"\nvectors = "vector"\n')
    result = index.compress("old", 2, chain=load_chain(str(path)), budget=3)
    texts = [result.passages[soft.index].passage.text for soft in result.soft.passages]
    wanted = [row["vector"] for text in texts for row in rows if row["text"] == text]
    assert np.allclose(result.soft.embeddings, load_bridge(released).project(np.float32(wanted)), atol=1e-5)
    with pytest.raises(
        ModelError, match=r"'Salesforce/SFR-Embedding-Mistral' is not in .*; or bring its vectors"
    ):
        index.compress("old", 2, chain=Chain([XRAG(released)]), budget=3)


def test_a_slow_tokenizer_will_do(tmp_path, monkeypatch):
    """The published script saves one; what reads it is asked for by name."""
    folder = with_slow_tokenizer(make_released(tmp_path / "slow"))
    reader = XragReader(folder, answer_tokens=4)
    tokenizer, mark = reader._marking
    assert tokenizer.convert_ids_to_tokens(mark) == "<xRAG>"
    ids = tokenizer("old mill <xRAG> <xRAG> ?")["input_ids"]
    assert (ids[0], ids.count(mark)) == (tokenizer.bos_token_id, 2)
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(MissingExtraError, match="'sentencepiece' is needed for the tokenizer of slow"):
        XragReader(folder).read("what ?", "")


def test_it_becomes_a_bridge_of_its_own(released, tmp_path):
    """Saved with a manifest, read again."""
    bridge = load_bridge(released)
    bridge.save(tmp_path)
    again = load_bridge(tmp_path)
    assert again.manifest == bridge.manifest
    assert torch.equal(again.network[2].bias, bridge.network[2].bias)


def test_what_is_no_such_checkpoint_is_named(released, tmp_path):
    """Another model, a tensor that is missing, a mark without a row."""
    with pytest.raises(ModelError, match="projector_type None"):
        load_bridge(make_causal_lm(tmp_path / "plain"))
    folder = make_released(tmp_path / "cut")
    tensors = safetensors.load_file(folder / "model.safetensors")
    del tensors["projector.projector.2.bias"]
    safetensors.save_file(tensors, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"lacks 2\.bias"):
        load_bridge(folder)
    rowless = make_released(tmp_path / "rowless")
    config = json.loads((rowless / "config.json").read_text())
    (rowless / "config.json").write_text(json.dumps(config | {"vocab_size": 10}))
    with pytest.raises(ModelError, match="the token <xRAG> has the id"):
        load_bridge(rowless)
