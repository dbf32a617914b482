"""Endings of prompts under a network; what comes out is tested with the likelihoods of readers."""

import pytest

from excerpt.errors import ModelError
from excerpt.models.generation.continuations import Continuing, common_start

torch = pytest.importorskip("torch")


def test_a_network_without_a_cache_of_keys_is_refused():
    """By name."""

    class Forgetful(torch.nn.Module):
        def forward(self, input_ids, attention_mask): ...

    with pytest.raises(ModelError, match="Forgetful keeps no key-value cache"):
        Continuing(Forgetful(), (), 0)


@pytest.mark.parametrize(
    ("rows", "alike"),
    [(([1, 2, 3], [1, 2, 4]), 2), (([1, 2], [1, 2, 4]), 2), (([2], [1]), 0), (([], [1]), 0)],
)
def test_what_rows_begin_with_alike(rows, alike):
    """Up to the first difference, or the end of the shortest."""
    assert common_start(*rows) == alike
