"""States on the disk."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from excerpt.errors import StoreError
from excerpt.models.training.common.state_cache import StateCache, Tokens, quantized, states_of


def tokens(rows):
    return Tokens(np.full((rows, 4), rows, np.int8), np.full(rows, 0.5, np.float32))


def test_what_was_added_is_there_again(tmp_path):
    """In another process as in this one, texts without tokens included."""
    cache = StateCache(tmp_path, "one")
    cache.add({"a": tokens(3)._asdict(), "b": tokens(0)._asdict()})
    cache.add({"c": tokens(1)._asdict()})
    again = StateCache(tmp_path, "one")
    for text, rows in (("a", 3), ("b", 0), ("c", 1)):
        assert text in again
        assert np.array_equal(Tokens(**again[text]).whole, tokens(rows).whole)


def test_another_encoder_finds_nothing(tmp_path):
    """Its states would be others."""
    StateCache(tmp_path, "one").add({"a": tokens(3)._asdict()})
    assert "a" not in StateCache(tmp_path, "two")


def test_a_damaged_file_is_named(tmp_path):
    """With what to do about it."""
    StateCache(tmp_path, "one").add({"a": tokens(3)._asdict()})
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(StoreError, match=rf"{path.name}.*delete it"):
        StateCache(tmp_path, "one")


def test_a_write_that_was_cut_off_is_not_read(tmp_path):
    """Only whole files count."""
    (tmp_path / ".abc.part").write_bytes(b"PK")
    assert "a" not in StateCache(tmp_path, "one")


@settings(deadline=None)
@given(arrays(np.float32, (3, 8), elements=st.floats(-50, 50, width=32)))
@example(np.full((3, 8), 8e-12, np.float32))
@example(np.full((3, 8), 3e-43, np.float32))
def test_states_come_back_within_half_a_step(hidden):
    """A step is a 127th of the token's largest number."""
    step = np.abs(hidden).max(axis=1, keepdims=True) / 127
    assert (np.abs(states_of([quantized(hidden)]) - hidden) <= 0.51 * step + 1e-12).all()
