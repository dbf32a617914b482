"""What the evidence ranker knows of a passage before the question."""

import numpy as np
import pytest
from fakes.token_hash_encoder import TokenHashEncoder
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.evidence.signals import (
    BREAK,
    CAPITAL,
    DIGIT,
    STOP,
    YEAR,
    passage_signals,
    quantize_vectors,
    scan_terms,
)
from excerpt.values.types import Passage

MILL = Passage("The mill stood by the river. It ground rye in 1820.", title="Old Mill")


def words(text):
    return [text[start:].split()[0].rstrip(".,") for start in scan_terms(text).start]


def test_terms_have_their_place():
    """Each term knows the character it begins at."""
    assert words("The mill, stood by 3 rivers.") == ["The", "mill", "stood", "by", "3", "rivers"]


def test_terms_know_how_they_look():
    """Capitals, digits, years and function words are told apart."""
    assert scan_terms("the Mill 7 1820").look.tolist() == [STOP, CAPITAL, DIGIT, DIGIT | YEAR]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("The old mill stands", ["The"]),
        ("Karsk\t1,204\t20:42:04", ["Karsk", "1", "20"]),
        ('"image_name": "rye/oats-1.2"', ["image", "rye"]),
        ("eva  : all is well (today)", ["eva", "all", "today"]),
        ("磨坊，在河边", ["磨坊", "在"]),
        ("room 1１2, floor", ["room", "floor"]),
        ("1,2, 3 : :4", ["1", "3", "4"]),
    ],
)
def test_dividers_begin_cells(text, cells):
    """A number, a name in parts and a path are one cell; fields are not."""
    terms = scan_terms(text)
    begins = [0, *np.flatnonzero(terms.look & BREAK).tolist()]
    assert [text[terms.start[number] :].startswith(cell) for number, cell in zip(begins, cells, strict=True)]


def test_records_know_their_parents():
    """A row is stored with the place of its header."""
    text = "town,rye\nTorvik,3\nKarsk,5"
    signals = passage_signals(TokenHashEncoder(), [Passage(text)])[0]
    assert [text[start:end] for start, end in signals.records.tolist()] == text.split("\n")
    assert signals.parent.tolist() == [-1, 0, 0]
    assert len(signals.means) == 3


def test_plural_and_singular_are_one_term():
    """Light stemming joins the commonest endings."""
    hashes = scan_terms("river rivers excerpt excerpted excerpting story stories").hashes
    assert hashes[0] == hashes[1]
    assert hashes[2] == hashes[3] == hashes[4]
    assert hashes[5] == hashes[6]


def test_identifiers_are_taken_apart():
    """A function's name matches the words of a question about it."""
    assert set(scan_terms("read file").hashes) <= set(scan_terms("readFile read_file").hashes)


def test_unspaced_scripts_come_in_short_terms():
    """Chinese is not one long word a sentence."""
    assert len(scan_terms("磨坊在河边。")) == 3
    assert len(scan_terms("磨坊在河边。").hashes) == 5


@given(st.text(max_size=80))
def test_any_text_can_be_scanned(text):
    """Terms begin inside of the text, in order."""
    terms = scan_terms(text)
    assert (np.diff(terms.start) > 0).all()
    assert all(0 <= start < len(text) for start in terms.start)


def test_quantized_directions_are_close():
    """Direction times scale has length 1 and points where the vector does."""
    vectors = np.random.default_rng(5).normal(size=(20, 64)).astype(np.float32)
    whole, scale, norm = quantize_vectors(vectors)
    back = whole * scale[:, None]
    assert np.allclose(np.linalg.norm(back, axis=1), 1, atol=0.01)
    assert np.abs(back * norm[:, None] - vectors).max() < 0.02


def test_a_zero_vector_stays_zero():
    """Nothing is divided by zero."""
    whole, scale, norm = quantize_vectors(np.zeros((1, 4), dtype=np.float32))
    assert not whole.any()
    assert scale[0] == norm[0] == 0


def test_tokens_cover_the_text_without_the_title():
    """Title and special tokens count for the vector only."""
    signals = passage_signals(TokenHashEncoder(), [MILL])[0]
    assert [MILL.text[start] for start in signals.start[:3]] == ["T", "m", "s"]
    assert len(signals.start) == len(MILL.text.split())


def test_signals_do_not_depend_on_the_other_passages():
    """A passage has the same signals alone and among others."""
    encoder = TokenHashEncoder()
    alone = passage_signals(encoder, [MILL])[0]
    among = passage_signals(encoder, [Passage("Other words."), MILL, Passage("")])[1]
    assert np.array_equal(alone.tokens, among.tokens)
    assert np.array_equal(alone.vector, among.vector)


def test_long_passages_are_cut_at_sentences():
    """Each window is whole sentences with the title before them, and no token is lost."""
    encoder = TokenHashEncoder(max_tokens=40)
    text = " ".join(f"Sentence number {number} is here." for number in range(30))
    signals = passage_signals(encoder, [Passage(text, title="Long")])[0]
    assert len(signals.start) == len(text.split())
    assert len(encoder.seen) > 3
    assert all(window.startswith("Long\nSentence") and window.endswith("here.") for window in encoder.seen)


def test_an_empty_passage_has_no_tokens():
    """Empty text is no error."""
    signals = passage_signals(TokenHashEncoder(), [Passage("")])[0]
    assert len(signals.start) == len(signals.terms.start) == 0
    assert not signals.vector.any()
