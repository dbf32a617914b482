"""The attention function: an attention like any other, with somebody looking."""

import numpy as np
import pytest
import torch
from fakes.tiny_decoders import make_decoder

from excerpt.errors import ModelError
from excerpt.kernels.probe_plan import ProbePlan, ProbeWindow
from excerpt.models.attention.decoder.network import DecoderNetwork, read_config
from excerpt.models.attention.decoder.probing_attention import LayerProbe

IDS = [[5, 9, 200, 31, 8, 77, 12, 300, 41]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_decoder(tmp_path_factory.mktemp("decoder"), "qwen2")


@pytest.fixture(scope="module")
def decoder(folder):
    return DecoderNetwork(folder, read_config(folder), 3, device="cpu", dtype="float32")


def plan():
    return ProbePlan.of([ProbeWindow(9, (1, 6), np.array([[1, 4], [4, 6]]))])


@pytest.mark.parametrize("probe", [None, LayerProbe(99, plan())], ids=["nobody looks", "somebody looks"])
def test_the_answer_is_that_of_sdpa(decoder, folder, probe):
    """Bit for bit, in a pass that is not stopped."""
    import transformers

    plain = transformers.AutoModel.from_pretrained(folder, attn_implementation="sdpa", dtype=torch.float32)
    with torch.inference_mode():
        expected = plain(torch.tensor(IDS)).last_hidden_state
        found = decoder.network(torch.tensor(IDS), excerpt_probe=probe).last_hidden_state
    assert torch.equal(found, expected)


def test_a_layer_that_was_not_seen_is_an_error(decoder):
    """Not features of the layers that happened to be."""
    probe = LayerProbe(4, plan())
    decoder.run(IDS, probe, None)
    with pytest.raises(ModelError, match="3 of 4 layers"):
        probe.features()


def test_a_cache_is_left_as_it_was(decoder):
    """So that the next question finds the context alone."""
    cache = decoder.begin(IDS[0][:6])
    after = ProbePlan.of([ProbeWindow(9, (1, 6), np.array([[1, 4], [4, 6]]))], queries_from=6)
    first, second = (decoder.probe([IDS[0][6:]], after, cache)[0] for _ in range(2))
    assert cache.get_seq_length() == 6
    assert torch.equal(first.attention, second.attention)
    torch.testing.assert_close(first.attention, decoder.probe(IDS, plan())[0].attention)
