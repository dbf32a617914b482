"""From sentences to segments and back: against the plain softmax over the context."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.kernels.attention_probe import attention_probe
from excerpt.kernels.probe_plan import ProbePlan, ProbeWindow


@st.composite
def windows(draw):
    """A context somewhere in a sequence, with sentences that touch, overlap, are empty or leave gaps."""
    length = draw(st.integers(4, 300))
    start = draw(st.integers(0, length))
    end = draw(st.integers(start, length))
    bins = draw(st.lists(st.tuples(st.integers(start, end), st.integers(start, end)).map(sorted), max_size=6))
    return ProbeWindow(length, (start, end), np.array(bins, dtype=np.int64).reshape(-1, 2))


def tensors(batch, seed=1):
    chance = torch.Generator().manual_seed(seed)
    keys = max(window.length for window in batch)
    both = torch.randn((len(batch), 6, keys, 8), generator=chance)
    return both[:, :4], both[:, 4:]


def pooled(batch, weights, scale=0.5):
    plan = ProbePlan.of(batch, weights)
    return plan.pool(attention_probe(*tensors(batch), plan.layout, scale=scale))


def by_hand(window, query, key, weights, scale=0.5):
    """Softmax over everything, then the context's share, then the mean of each bin."""
    key = key.double().repeat_interleave(2, dim=0)
    attention, mass = torch.zeros(len(window.bins), 4).double(), torch.zeros(4).double()
    for back, weight in enumerate(reversed(weights)):
        place = window.length - 1 - back
        full = torch.zeros(4, window.length).double()
        logits = torch.einsum("hd,hkd->hk", query[:, place].double(), key[:, : place + 1]) * scale
        full[:, : place + 1] = torch.softmax(logits, dim=-1)
        share = full[:, slice(*window.context)].sum(dim=1)
        restricted = full / share.clamp(min=1e-300)[:, None]
        means = [restricted[:, a:b].sum(dim=1) / max(b - a, 1) for a, b in window.bins]
        attention += weight / sum(weights) * torch.stack([*means, share * 0])[:-1]
        mass += weight / sum(weights) * share
    return attention, mass


@given(st.lists(windows(), min_size=1, max_size=3), st.sampled_from([(1.0,), (1.0, 2.0, 3.0)]))
@settings(max_examples=40, deadline=None)
def test_features_equal_those_of_the_whole_map(batch, weights):
    """Restricted to the context, averaged over the tokens of each sentence, rows weighted."""
    query, key = tensors(batch)
    for number, found in enumerate(pooled(batch, weights)):
        attention, mass = by_hand(batch[number], query[number], key[number], weights)
        np.testing.assert_allclose(found.attention, attention, rtol=0, atol=1e-6)
        np.testing.assert_allclose(found.mass, mass, rtol=0, atol=1e-6)


def test_a_sequence_does_not_depend_on_its_neighbours():
    """Nor on the padding that they bring."""
    short = ProbeWindow(9, (2, 7), np.array([[2, 4], [4, 7]]))
    long = ProbeWindow(200, (1, 190), np.array([[1, 100]]))
    query, key = tensors([short, long])
    alone = ProbePlan.of([short])
    sums = attention_probe(query[:1, :, :9], key[:1, :, :9], alone.layout, scale=0.5)
    torch.testing.assert_close(alone.pool(sums)[0].attention, pooled([short, long], (1.0,))[0].attention)


def test_a_packed_batch_gives_the_same_features():
    """Sequences of any length one behind the other, no padding between them."""
    batch = [
        ProbeWindow(9, (2, 7), np.array([[2, 4], [4, 7]])),
        ProbeWindow(200, (1, 190), np.array([[1, 100]])),
    ]
    packed = [torch.cat([part[0, :, :9], part[1]], dim=1)[None] for part in tensors(batch)]
    plan = ProbePlan.of(batch, (1.0, 2.0), starts=(0, 9))
    found = plan.pool(attention_probe(*packed, plan.layout, scale=0.5))
    for one, other in zip(found, pooled(batch, (1.0, 2.0)), strict=True):
        torch.testing.assert_close(one, other)


def test_one_token_takes_all():
    """The smallest context has nothing to share."""
    found = pooled([ProbeWindow(5, (2, 3), np.array([[2, 3]]))], (1.0,))[0]
    np.testing.assert_allclose(found.attention, 1.0)


def test_big_logits_stay_numbers():
    """Softmax weights of 0 and 1, nothing in between, nothing that is not a number."""
    found = pooled([ProbeWindow(90, (5, 80), np.array([[5, 30], [30, 80]]))], (1.0,), scale=1e4)[0]
    np.testing.assert_allclose((found.attention * torch.tensor([[25.0], [50.0]])).sum(dim=0), 1.0, rtol=1e-4)


def test_no_sentences_and_no_context_are_allowed():
    """There is nothing to say then, and it is said in the right shape."""
    found = pooled([ProbeWindow(5, (2, 2), np.zeros((0, 2), int))], (1.0,))[0]
    assert found.attention.shape == (0, 4)
    assert found.mass.tolist() == [0.0] * 4


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (ProbeWindow(5, (2, 6), np.zeros((0, 2), int)), "context 2 to 6"),
        (ProbeWindow(5, (2, 4), np.array([[2, 3], [3, 5]])), r"bin 1 of sequence 0 is \[3, 5\]"),
        (ProbeWindow(1, (0, 1), np.zeros((0, 2), int)), "2 tokens are needed"),
    ],
)
def test_what_lies_outside_is_named(window, words):
    """A context outside of the sequence, a bin outside of the context, more rows than tokens."""
    with pytest.raises(ValueError, match=words):
        ProbePlan.of([window], (1.0, 2.0))
