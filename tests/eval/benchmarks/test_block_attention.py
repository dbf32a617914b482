"""Attention in blocks against PyTorch's, alone and in a network of random weights."""

import pytest
from fakes.tiny_generators import make_causal_lm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from excerpt.models.runtime.cache_argument import cache_argument

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 90), count=st.integers(1, 200), groups=st.integers(1, 3), each=st.integers(1, 3))
def test_every_place_sees_what_stands_before_it(script, before, count, groups, each):
    """With keys of earlier places and without, whatever heads share them, wherever a block ends."""
    attention = script("block_attention").block_attention
    torch.manual_seed(before + 97 * count)
    query = torch.randn(groups * each, count, 8)
    key, value = torch.randn(2, groups, before + count, 8)
    seen = torch.ones(count, before + count, dtype=torch.bool).tril(before)
    expected = torch.nn.functional.scaled_dot_product_attention(
        query, key.repeat_interleave(each, 0), value.repeat_interleave(each, 0), attn_mask=seen, scale=0.3
    )
    torch.testing.assert_close(
        attention(query, key, value, 0.3), expected.transpose(0, 1), atol=1e-5, rtol=1e-5
    )


def test_a_network_reads_the_same(script, tmp_path):
    """Behind a cache too; and afterwards it reads as it did before, to the bit."""
    blocks = script("block_attention")
    network = transformers.AutoModelForCausalLM.from_pretrained(make_causal_lm(tmp_path / "llama")).eval()
    cache = cache_argument(network.forward)
    tokens = torch.randint(3, 10, (1, 90), generator=torch.Generator().manual_seed(5))

    def read():
        with torch.inference_mode():
            begun = network(tokens[:, :20], use_cache=True)
            return network(tokens[:, 20:], **{cache: getattr(begun, cache)}).logits

    expected = read()
    called = []
    with pytest.MonkeyPatch.context() as patch:
        inner = blocks.block_attention
        patch.setattr(blocks, "block_attention", lambda *given: called.append(given) or inner(*given))
        with blocks.attention_in_blocks():
            told = read()
        with blocks.attention_in_blocks(on=False):
            assert torch.equal(read(), expected)
    assert len(called) == network.config.num_hidden_layers
    torch.testing.assert_close(told, expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(read(), expected)
