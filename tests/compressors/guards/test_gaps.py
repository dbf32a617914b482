"""What reaches across the gaps between units is what all the guards together would have found there."""

from itertools import pairwise

import pytest
from fakes.strategies import hostile_text
from hypothesis import example, given
from hypothesis import strategies as st

from excerpt.compressors.guards import numbers
from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.guards.rules import mark_breaks
from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.units.splitting import glued
from excerpt.compressors.units.structure import split_records
from excerpt.values.spans import merge

GUARDS = Guards()


def cut_anywhere(text, places):
    """Pieces between places, without the white space around them."""
    pieces = []
    for start, end in pairwise(sorted({0, len(text), *(place % (len(text) + 1) for place in places)})):
        body = text[start:end].strip()
        if body:
            first = start + text[start:end].index(body[0])
            pieces.append((first, first + len(body)))
    return pieces


@given(hostile_text(), st.lists(st.integers(0, 2_000), max_size=8))
@example(
    "It costs 5 million. US$ come in 5.\nMay 2019, or about 24. Dezember 2023 and 5\nkm.",
    [20, 36, 37, 56, 80],
)
@example("a line that is wrapped behind its fortieth sign has no\nLetters and 5 per\ncent", [54, 73])
@example("「はい。」5月3日。", [4, 5, 8])
@example("| a | b |\n|---|---|\n| 1 | 2 |", [9, 19])
def test_the_same_units_are_joined(text, places):
    """Whether all protected spans are looked for or only those that reach across a gap."""
    everything = GUARDS.protected(text)
    for pieces in (split_sentences(text), split_records(text), cut_anywhere(text, places)):
        gaps = [(before[1], after[0]) for before, after in pairwise(pieces)]
        crossing = merge(span for span, _ in GUARDS.crossing(text, gaps))
        assert glued(pieces, crossing) == glued(pieces, everything)


def test_a_text_whose_gaps_nothing_crosses_is_not_looked_at():
    """Sentences that end with a plain stop, and lines of a log."""
    prose = "He sold 5 km of wire in 1999. She did not buy 3 kg. It was May. They left."
    log = "12:00:01 ERROR no answer from 10.0.0.1\n12:00:02 ERROR no answer from 10.0.0.2"
    for text in (prose, log):
        pieces = split_records(text)
        assert len(pieces) > 1
        assert GUARDS.crossing(text, [(before[1], after[0]) for before, after in pairwise(pieces)]) == []


@pytest.mark.parametrize(
    ("text", "crosses"),
    [
        ("in 1999. He was", False),
        ("am 24. Dezember", True),
        ("24. 12. 2020", True),
        ("see No. F16", True),
        ("5 mil. km", True),
        ("a team. He", False),
        ("in May. He", False),
        ("in May. 2020", True),
        ("War II. The", False),
        ("5 млн. рублей", True),
        ("слово. Он", False),
    ],
)
def test_a_number_goes_on_behind_few_stops(text, crosses):
    """Behind a day, an abbreviation that belongs to a number, or a number that follows."""
    gap = text.index(". ") + 1
    assert numbers.NUMBERS.crosses(mark_breaks(text), gap, gap + 1) is crosses
