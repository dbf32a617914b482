"""Where a peer's text stood in its source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.eval.peers.alignment import align

SOURCE = "The mill grinds rye. It did not run in 1953. Nobody lives in the old mill now."


def texts(kept):
    return [SOURCE[start:end] for start, end in align(kept, SOURCE)]


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        (SOURCE, [SOURCE]),
        (f" {SOURCE}\n", [SOURCE]),
        ("", []),
        ("It did not run in 1953.", ["It did not run in 1953."]),
        ("mill grinds not run 1953", ["mill grinds", "not run", "1953"]),  # words dropped
        ("Barley.", ["."]),  # not in the source, except the stop
    ],
)
def test_what_was_kept_is_found(kept, wanted):
    """Whole, sentences, words."""
    assert texts(kept) == wanted


def test_sentences_may_come_in_another_order():
    """As similarity orders them; a word that repeats is not torn out of its sentence."""
    assert texts("Nobody lives in the old mill now. The mill grinds rye.") == [
        "The mill grinds rye.",
        "Nobody lives in the old mill now.",
    ]


def test_what_is_given_back_twice_is_kept_once():
    """Overlapping windows repeat sentences; their words are not looked for elsewhere."""
    assert texts("It did not run in 1953. It did not run in 1953.") == ["It did not run in 1953."]


@given(st.lists(st.booleans(), min_size=17, max_size=17))
def test_dropped_words_cost_nothing_else(keep):
    """Any choice of words in their order is found again, word for word in number."""
    words = SOURCE.split()
    kept = [word for word, wanted in zip(words, keep, strict=True) if wanted]
    found = "".join("".join(SOURCE[start:end].split()) for start, end in align(" ".join(kept), SOURCE))
    assert sorted(found.casefold()) == sorted("".join(kept).casefold())
