"""Round trips of bridges, and each mismatch that is refused."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from fakes.hash_encoder import HashEncoder

from excerpt.compressors.vectors.document_vectors import traits_of
from excerpt.errors import MissingExtraError, ModelError
from excerpt.models.xrag.bridge import Bridge
from excerpt.models.xrag.loading import load_bridge
from excerpt.models.xrag.manifest import BridgeManifest, EncoderTraits, ReaderTraits, reader_traits
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import PAPER, PLAIN

torch = pytest.importorskip("torch")
ENCODER = EncoderTraits("little-encoder", "e" * 64, 12, "mean", True, 256)
READER = ReaderTraits("little-reader", "r" * 64, 16)
MANIFEST = BridgeManifest(ENCODER, READER, PLAIN)


def bridge():
    return Bridge(MANIFEST, make_projector(12, 16))


def test_a_round_trip_projects_the_same(tmp_path):
    """Weights, manifest and prompts; only two files."""
    made = bridge()
    made.save(tmp_path)
    loaded = load_bridge(tmp_path)
    vectors = np.random.default_rng(0).normal(size=(5, 12)).astype(np.float32)
    assert np.array_equal(loaded.project(vectors), made.project(vectors))
    assert loaded.manifest == made.manifest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bridge.json", "bridge.safetensors"]


def test_the_projection_is_two_layers_with_a_gelu():
    """Against the formula."""
    made = bridge()
    vectors = np.random.default_rng(1).normal(size=(3, 12))
    first, _, second = made.network
    inner = vectors @ first.weight.numpy().T + first.bias.numpy()
    wanted = (
        torch.nn.functional.gelu(torch.from_numpy(inner)).numpy() @ second.weight.numpy().T
        + second.bias.numpy()
    )
    assert np.allclose(made.project(vectors.astype(np.float32)), wanted, atol=1e-5)


def test_a_text_goes_through_the_encoder_of_the_manifest(monkeypatch):
    """One embedding a text, of a vector of length 1; another encoder of that name is refused."""
    encoder = HashEncoder(12)
    made = Bridge(BridgeManifest(traits_of(encoder), READER, PLAIN), make_projector(12, 16))
    monkeypatch.setattr("excerpt.models.xrag.bridge.load_encoder", lambda _name: encoder)
    vector = encoder.encode(["The mill burned."])
    wanted = made.project(vector / np.linalg.norm(vector))
    assert np.allclose(made.embed("The mill burned."), wanted, atol=1e-6)
    assert (made.slots("The mill burned."), made.closing.shape) == (1, (0, 16))
    with pytest.raises(ModelError, match=r"belongs to the encoder 'little-encoder' .*fingerprint"):
        bridge().embed("The mill burned.")


@pytest.mark.parametrize(
    ("field", "value"),
    [("dim", 11), ("pooling", "last"), ("normalized", False), ("max_tokens", 180), ("fingerprint", "f" * 64)],
)
def test_each_mismatch_of_the_encoder_is_refused(field, value):
    """By name, with both values."""
    with pytest.raises(ModelError, match=f"belongs to the encoder 'little-encoder' .*{field}"):
        MANIFEST.check_encoder(replace(ENCODER, **{field: value}))


@pytest.mark.parametrize(("field", "value"), [("dim", 32), ("fingerprint", "f" * 64)])
def test_each_mismatch_of_the_reader_is_refused(field, value):
    """By name, with both values."""
    with pytest.raises(ModelError, match=f"belongs to the reader 'little-reader' .*{field}"):
        MANIFEST.check_reader(replace(READER, **{field: value}))


def test_what_fits_or_is_unknown_passes():
    """A released checkpoint does not know its encoder's fingerprint."""
    MANIFEST.check_encoder(ENCODER)
    MANIFEST.check_encoder(replace(ENCODER, fingerprint="", pooling="", max_tokens=0))
    MANIFEST.check_reader(READER)
    MANIFEST.check_prompts(PLAIN)


def test_other_prompts_are_refused():
    """By a hash of every word."""
    with pytest.raises(ModelError, match="among the prompts 'plain'"):
        MANIFEST.check_prompts(PAPER)


def test_changed_files_are_refused(tmp_path):
    """Weights by their checksum, prompts by theirs."""
    bridge().save(tmp_path)
    path = tmp_path / "bridge.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"prompts": said["prompts"] | {"separator": ", "}}))
    with pytest.raises(ModelError, match="the prompts are not those of the training"):
        load_bridge(tmp_path)
    path.write_text(json.dumps(said))
    weights = tmp_path / "bridge.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError, match="checksum differs"):
        load_bridge(tmp_path)


@pytest.mark.parametrize(
    ("part", "entry", "value"),
    [("encoder", "pooling", None), ("encoder", "normalized", None), ("encoder", "max_tokens", None),
     ("reader", "fingerprint", None), ("prompts", "mark", None), ("encoder", "dim", "12"),
     ("encoder", "normalized", 1), ("reader", "more", "x")],
)  # fmt: skip
def test_an_entry_that_is_missing_or_garbled_is_refused(tmp_path, part, entry, value):
    """A default in its place would let a mismatch pass."""
    bridge().save(tmp_path)
    path = tmp_path / "bridge.json"
    said = json.loads(path.read_text())
    said[part][entry] = value
    if value is None:
        del said[part][entry]
    path.write_text(json.dumps(said))
    with pytest.raises(ModelError, match=r"lacks or garbles .*: .*restore the file"):
        load_bridge(tmp_path)


def test_without_torch_the_extra_is_named(tmp_path, monkeypatch):
    """Also where safetensors is there."""
    bridge().save(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "safetensors.torch")
    with pytest.raises(MissingExtraError, match=r"'torch' is needed .*excerpt\[torch\]"):
        load_bridge(tmp_path)


def test_where_there_is_no_bridge_the_message_says_so(tmp_path):
    """No folder, and a folder with something else."""
    with pytest.raises(ModelError, match=r"no model .*/nothing"):
        load_bridge(tmp_path / "nothing")
    with pytest.raises(ModelError, match=r"is neither a bridge \(bridge\.json\) nor a released"):
        load_bridge(tmp_path)


@pytest.mark.parametrize("change", [{"format": "other"}, {"version": 2}, {"encoder": {"name": "x"}}])
def test_a_foreign_manifest_is_refused(tmp_path, change):
    """Of another format or version, or incomplete."""
    bridge().save(tmp_path)
    path = tmp_path / "bridge.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=r"bridge\.json"):
        load_bridge(tmp_path)


def test_dimensions_are_checked_before_any_product():
    """Of the network, and of vectors."""
    with pytest.raises(ModelError, match="maps 12 to 8 dimensions, its manifest says 12 to 16"):
        Bridge(MANIFEST, make_projector(12, 8))
    with pytest.raises(ModelError, match=r"takes vectors of 12 dimensions .* shape \(2, 13\)"):
        bridge().project(np.zeros((2, 13), np.float32))


def test_a_reader_is_known_by_its_files(tmp_path):
    """Weights, tokenizer and settings."""
    (tmp_path / "config.json").write_text('{"hidden_size": 16}')
    with pytest.raises(ModelError, match="is not a reader"):
        reader_traits(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(bytes(range(256)) * 4096)
    first = reader_traits(tmp_path)
    assert first == reader_traits(tmp_path)
    assert first.dim == 16
    (tmp_path / "model.safetensors").write_bytes(bytes(reversed(range(256))) * 4096)
    assert reader_traits(tmp_path).fingerprint != first.fingerprint
