"""Exact match and F1, against cases worked out by hand and against a public implementation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.eval.metrics.squad import exact_match, f1, normalised_words


def test_normalisation_is_squads():
    """Punctuation vanishes even inside words, articles go, case is folded; other marks than ASCII stay."""
    assert normalised_words("The U.S. mill-stone’s  a  Wheel!") == ["us", "millstone’s", "wheel"]


@pytest.mark.parametrize(
    ("given_answer", "accepted", "exact", "overlap"),
    [
        ("The old mill", ["old mill", "sails"], 1.0, 1.0),
        ("an old stone mill", ["the old mill"], 0.0, 0.8),  # 2 of 3 words, 2 of 2 words
        ("mill mill", ["mill"], 0.0, 2 / 3),  # a repeated word counts once
        ("wind", ["mill"], 0.0, 0.0),
        ("", [""], 1.0, 1.0),
        ("the", [""], 1.0, 1.0),  # nothing is left of it
        ("wind", [""], 0.0, 0.0),
    ],
)
def test_cases_by_hand(given_answer, accepted, exact, overlap):
    """Both scores."""
    assert exact_match(given_answer, accepted) == exact
    assert f1(given_answer, accepted) == pytest.approx(overlap)


WORDS = st.lists(st.sampled_from(["the", "A", "mill", "mill's", "U.S.", "12", "wind-", "—", ""]), max_size=5)


@settings(deadline=None)  # the first call imports torch
@given(WORDS.map(" ".join), st.lists(WORDS.map(" ".join), min_size=1, max_size=3))
def test_equal_to_torchmetrics(given_answer, accepted):
    """A public implementation; it follows evaluate-v1.1, where answers without a word have no overlap."""
    squad = pytest.importorskip("torchmetrics.functional.text.squad")
    assert exact_match(given_answer, accepted) == max(
        squad._compute_exact_match_score(given_answer, answer) for answer in accepted
    )
    if normalised_words(given_answer) and all(normalised_words(answer) for answer in accepted):
        wanted = max(float(squad._compute_f1_score(given_answer, answer)) for answer in accepted)
        assert f1(given_answer, accepted) == pytest.approx(wanted)
