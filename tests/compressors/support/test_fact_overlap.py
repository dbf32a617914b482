"""Numbers, names and negations must stand near each other in what a sentence was written from."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.support.fact_overlap import FactOverlap

GAUGES = (
    "The gauge at Nore was set up in 1894 by Pieter Vos. It reads up to 4.2 metres. None may leave it in a flood.",
    "Lena Aas kept the ledger of the weir from 1920 on. She never signed a page. Her brother sold 12 boats to Vos.",
)
SENTENCES = Path(__file__).parents[3] / "eval/benchmarks/support_sentences.jsonl"


def passes(sentence, sources=GAUGES):
    """Whether RECOMP would take it."""
    (found,) = FactOverlap().judge([sentence], sources)
    return found.support >= 0.6


@pytest.mark.parametrize(
    "sentence",
    [
        "Pieter Vos set up the gauge at Nore in 1894.",
        "The gauge reads up to 4.2 metres.",
        "The gauge at Nore reads up to 4.2 metres.",
        "None may leave the gauge in a flood.",
        "Lena Aas never signed a page of the ledger.",
        "Twelve boats were sold to Vos.",
        "Pieter Vos set up the gauge in 1894 and Lena Aas kept the ledger from 1920 on.",
    ],
)
def test_what_the_sources_say_passes(sentence):
    """In another order, with a pronoun resolved, of two sources."""
    assert passes(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The gauge at Nore was set up in 1894 by Lena Aas.",  # a name of the other passage
        "The gauge at Nore was set up in 1920 by Pieter Vos.",  # its year
        "The gauge at Nore was set up in 1849 by Pieter Vos.",  # a year of none
        "The gauge reads up to 4.2 feet.",  # another unit
        "All may leave the gauge in a flood.",  # the negation is gone
        "Lena Aas signed a page of the ledger.",
        "Pieter Vos never set up the gauge at Nore.",  # a negation is new
        "Her brother sold twenty boats to Vos.",
        "Brandt set up the gauge at Nore in 1894.",  # a subject of none
        "The gauge at Nore was set up in Bergen in 1894.",
        "And so it was.",  # says nothing
    ],
)
def test_what_they_do_not_say_does_not(sentence):
    """Put together of what stands apart, turned round, or invented."""
    assert not passes(sentence)


def test_sources_are_named_in_the_order_of_what_they_give():
    """At most two."""
    (found,) = FactOverlap().judge(["Lena Aas kept the ledger of the weir."], GAUGES)
    assert (found.support, found.sources) == (1.0, (1,))


def test_a_script_without_capitals_is_judged_by_words_numbers_and_negations():
    """Chinese, whose words come one character each."""
    sources = ["水尺建于1894年。守卫不离开。"]
    assert passes("水尺建于1894年。", sources)
    assert not passes("水尺建于1920年。", sources)


def test_the_hand_written_set_is_told_apart():
    """Corrupted numbers, names and units are found, and all negations but of one irregular verb; few are lost."""
    lost, missed = 0, []
    lines = map(json.loads, SENTENCES.read_text("utf-8").splitlines())
    for line in (line for line in lines if line["set"] == "mended"):
        lost += sum(not passes(sentence, line["sources"]) for sentence in line["true"])
        missed += [one["kind"] for one in line["corrupted"] if passes(one["text"], line["sources"])]
    assert lost <= 3
    assert not {"number", "name", "unit"} & set(missed)
    assert missed.count("negation") <= 1
    assert len(missed) <= 10


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_support_is_a_share(sentence, sources):
    """Between 0 and 1 for any text."""
    (found,) = FactOverlap().judge([sentence], sources)
    assert 0.0 <= found.support <= 1.0
    assert len(set(found.sources)) == len(found.sources) <= 2


WORDS = ("Ada", "Brenn", "sold", "12", "boats", "not", "in", "1894", "and", "to", "Vos", "never", "twice")


@given(st.lists(st.sampled_from(WORDS), min_size=1))
def test_what_was_copied_is_supported_whole(words):
    """Whatever it says: each of its facts stands in one place."""
    sentence = " ".join(["boats", *words])
    (found,) = FactOverlap().judge([sentence], ["It rains.", sentence])
    assert found == (1.0, (1,))
