from fakes.e5_files import PIECES, e5_file

from excerpt.models.importing.e5s1 import read_e5
from excerpt.models.importing.unigram import unigram_tokenizer
from excerpt.models.runtime.tokenizer import Tokenizer


def tokenizer(tmp_path):
    """The tokenizer of the tiny file."""
    (tmp_path / "m.bin").write_bytes(e5_file()[0])
    return Tokenizer(unigram_tokenizer(read_e5(tmp_path / "m.bin")))


def test_the_best_pieces_are_taken(tmp_path):
    """Whole words before letters, between the special tokens."""
    own = tokenizer(tmp_path)
    assert own.pieces(["old mill winds"])[0].tokens == ["▁old", "▁mill", "▁wind", "s"]
    assert (own.prefix, own.suffix, own.family) == ((0,), (2,), "sentencepiece")
    assert len(own) == len(PIECES)


def test_characters_are_normalised_and_offsets_stay_those_of_the_text(tmp_path):
    """Runs of white space, full width, letters with accents apart, what is dropped, and what is unknown."""
    (piece,) = tokenizer(tmp_path).pieces(["old\t\n  Cafe\u0301 mi\x01ll ж"])
    assert piece.tokens == ["▁old", "▁Café", "▁mill", "▁", "ж"]
    assert piece.offsets.tolist() == [[0, 3], [7, 11], [13, 18], [19, 20], [19, 20]]
