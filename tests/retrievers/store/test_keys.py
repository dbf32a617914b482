"""Tests of excerpt.retrievers.store.keys."""

from pathlib import Path

import numpy as np
import pytest

from excerpt.errors import StoreError
from excerpt.retrievers.store.arrays import save_array
from excerpt.retrievers.store.keys import KeyTable, key_of, save_keys


def test_every_key_finds_its_row(tmp_path: Path) -> None:
    """And others find none."""
    keys = [key_of("", f"mill {number}") for number in range(500)]
    save_keys(tmp_path / "keys.npy", keys)
    table = KeyTable(tmp_path / "keys.npy", 500)
    asked = [*keys[::-1], key_of("", "river"), key_of("mill", " 1")]
    assert table.rows(asked).tolist() == [*range(499, -1, -1), -1, -1]


def test_title_and_text_are_told_apart() -> None:
    """The same characters divided otherwise are another passage."""
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("", "abc"), key_of("abc", "")}) == 4


def test_keys_that_share_their_first_half(tmp_path: Path) -> None:
    """The second half decides."""
    keys = [b"8 bytes." + bytes([number] * 8) for number in (9, 3, 7)]
    save_keys(tmp_path / "keys.npy", keys)
    table = KeyTable(tmp_path / "keys.npy", 3)
    assert table.rows([*keys, b"8 bytes." + bytes(8)]).tolist() == [0, 1, 2, -1]


def test_a_row_outside_is_refused(tmp_path: Path) -> None:
    """Nothing is read by a damaged row number."""
    save_keys(tmp_path / "keys.npy", [bytes(16)])
    save_array(tmp_path / "keys.npy", np.array([[0], [0], [5]], dtype=np.uint64))
    with pytest.raises(StoreError, match=r"keys\.npy: points outside"):
        KeyTable(tmp_path / "keys.npy", 1).rows([bytes(16)])
