"""The words of a text, as hashed stems with what they look like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.evidence.scan import BREAK, CAPITAL, DIGIT, STOP, YEAR, scan_terms


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
