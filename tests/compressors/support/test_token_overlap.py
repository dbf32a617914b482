"""Hand-written sentences and what their sources say to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.support.token_overlap import TokenOverlap

SOURCES = [
    "The mill at Arden burned in 1859. It was rebuilt by the miller's two sons.",
    "Hanna Broek surveyed the river for the county and drew the first map of the weirs.",
]


@pytest.mark.parametrize(
    ("sentence", "sources"),
    [
        ("The mill burned in 1859.", (0,)),
        ("Sons of the miller rebuilt the mill at Arden.", (0,)),
        ("Hanna Broek drew a map of the river.", (1,)),
    ],
)
def test_what_stands_in_a_source_is_supported(sentence, sources):
    """Whatever the order and the number of the words."""
    (found,) = TokenOverlap().judge([sentence], SOURCES)
    assert found.support == 1.0
    assert found.sources == sources


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill was sold to a Danish brewing company.",
        "The mill burned in 1895.",
        "Hanna Broek later won a prize for poetry in Vienna.",
        "And so it was.",
    ],
)
def test_what_no_source_says_is_not_supported(sentence):
    """Invented buyers, years and prizes; and a sentence that says nothing."""
    (found,) = TokenOverlap().judge([sentence], SOURCES)
    assert found.support < 0.6


def test_a_sentence_may_be_of_two_sources():
    """But not of more: with enough passages every word stands somewhere."""
    (found,) = TokenOverlap().judge(["Hanna Broek mapped the weirs of the mill at Arden."], SOURCES)
    assert sorted(found.sources) == [0, 1]
    (scattered,) = TokenOverlap().judge(["river mill weir"], ["river", "mill", "weir"])
    assert scattered.support == pytest.approx(2 / 3)


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_support_is_a_share(sentence, sources):
    """Between 0 and 1 for any text."""
    (found,) = TokenOverlap().judge([sentence], sources)
    assert 0.0 <= found.support <= 1.0
    assert len(set(found.sources)) == len(found.sources) <= 2
