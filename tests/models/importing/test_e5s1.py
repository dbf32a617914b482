import struct

import numpy as np
import pytest
from fakes.e5_files import HIDDEN, PIECES, e5_file

from excerpt.errors import ModelError
from excerpt.models.importing.e5s1 import dequantize, read_e5


def test_low_halves_are_the_first_sixteen_numbers():
    """And 8 is zero."""
    content = struct.pack("<e16B", 0.5, *(index | ((15 - index) << 4) for index in range(16)))
    expected = [0.5 * (index - 8) for index in range(16)] + [0.5 * (7 - index) for index in range(16)]
    np.testing.assert_array_equal(dequantize(content), np.array(expected, np.float32))


def test_every_tensor_is_there_under_its_hugging_face_name(tmp_path):
    """With the numbers that its blocks stand for."""
    content, expected = e5_file()
    (tmp_path / "m.bin").write_bytes(content)
    file = read_e5(tmp_path / "m.bin")
    assert len(file.weights) == len(expected)
    np.testing.assert_array_equal(
        file.weights["encoder.layer.0.intermediate.dense.weight"], expected["l0.fi.w"]
    )
    np.testing.assert_array_equal(
        file.weights["encoder.layer.0.attention.output.LayerNorm.bias"], expected["l0.aln.b"]
    )
    assert file.weights["embeddings.word_embeddings.weight"].shape == (len(PIECES) + 3, HIDDEN)


def test_pieces_come_in_the_order_of_their_ids(tmp_path):
    """With scores, the special ones and what is read as a space."""
    (tmp_path / "m.bin").write_bytes(e5_file()[0])
    file = read_e5(tmp_path / "m.bin")
    assert [piece for piece, _ in file.pieces] == [piece for piece, _ in PIECES]
    assert (file.special, file.unknown, file.spaces, file.dropped) == ((0, 2, 1), 3, "\t\n", "\x01")


@pytest.mark.parametrize("keep", [4, 40, 300, -3])
def test_a_file_that_ends_too_early_is_an_error(keep, tmp_path):
    """Wherever it ends."""
    (tmp_path / "m.bin").write_bytes(e5_file()[0][:keep])
    with pytest.raises(ModelError, match=r"m\.bin cannot be read as a four-bit e5 file .*get it again"):
        read_e5(tmp_path / "m.bin")


def test_another_format_and_another_version_are_named(tmp_path):
    """Neither is read in part."""
    (tmp_path / "m.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError, match="does not begin with E5S1"):
        read_e5(tmp_path / "m.bin")
    content = bytearray(e5_file()[0])
    content[4] = 2
    (tmp_path / "m.bin").write_bytes(content)
    with pytest.raises(ModelError, match="version 2 is not known"):
        read_e5(tmp_path / "m.bin")
