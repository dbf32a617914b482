from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.units.piece_words import PieceScores, cut_windows, word_scores


def pieces(*rows):
    start, end, score = zip(*rows, strict=True)
    return PieceScores(np.array(start), np.array(end), np.array(score, dtype=np.float64))


def columns(*spans):
    return np.array(spans, dtype=np.int64).reshape(-1, 2).T


def test_a_word_is_the_mean_of_its_pieces():
    """Two pieces in the first word, one in the second."""
    table = pieces((0, 2, 0.2), (2, 5, 0.6), (6, 9, 0.5))
    assert word_scores(table, *columns((0, 5), (6, 9))).tolist() == [0.4, 0.5]


def test_a_piece_across_two_words_counts_for_both():
    """As "()." may be one piece and three words."""
    assert word_scores(pieces((0, 3, 0.7)), *columns((0, 1), (1, 2), (2, 3))).tolist() == [0.7, 0.7, 0.7]


def test_a_word_without_a_piece_scores_zero():
    """At the beginning, in the middle and at the end."""
    table = pieces((2, 4, 0.9))
    assert word_scores(table, *columns((0, 1), (2, 4), (5, 6))).tolist() == [0.0, 0.9, 0.0]


def test_no_words_and_no_pieces_are_fine():
    """Empty in, empty out."""
    nothing = PieceScores(*np.zeros((2, 0), dtype=np.int64), np.zeros(0))
    assert word_scores(nothing, *columns()).tolist() == []
    assert word_scores(nothing, *columns((0, 3)), "first").tolist() == [0.0]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=60), st.data())
def test_scores_equal_a_plain_loop(lengths, data):
    """For any pieces and any words over the same characters."""
    ends = np.cumsum(lengths)
    table = PieceScores(ends - lengths, ends, np.linspace(0.1, 0.9, len(lengths)))
    cuts = sorted(data.draw(st.sets(st.integers(0, int(ends[-1])), max_size=20)))
    words = list(pairwise(cuts))
    expected = [
        np.mean([s for a, b, s in zip(*table, strict=True) if a < end and b > start]) for start, end in words
    ]
    assert np.allclose(word_scores(table, *columns(*words)), expected)


@given(st.text(alphabet="ab .!\n。", max_size=300), st.integers(1, 40))
def test_windows_follow_each_other_and_are_small_enough(text, size):
    """No piece is lost, none is read twice."""
    start, end = columns(*((i, i + 1) for i, character in enumerate(text) if not character.isspace()))
    windows = cut_windows(text, start, end, size)
    assert [at for first, last in windows for at in range(first, last)] == list(range(len(start)))
    assert all(0 < last - first <= size for first, last in windows)


def test_windows_end_with_sentences():
    """Near the middle rather than at the last possible piece."""
    text = "aa bb cc. dd ee ff. gg hh ii. "
    spans = [(i, i + 2) for i in range(len(text)) if text[i : i + 2].isalpha()]
    windows = cut_windows(text, *columns(*spans), 5)
    assert windows == [(0, 3), (3, 6), (6, 9)]
