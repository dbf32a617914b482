import numpy as np
import pytest
from fakes.tiny_token_cross_encoders import make_token_cross_encoder

from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.models.tasks.pair_windows import (
    between_sentences,
    frame_pair,
    make_prefix,
    passage_room,
    sliding,
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return Tokenizer.from_directory(make_token_cross_encoder(tmp_path_factory.mktemp("pairs") / "tiny"))


def test_shared_tokens_have_segments_of_their_own(tokenizer):
    """0 question, 1 passage, 2 and 3 what stands in both; a title belongs to the passage."""
    framed = frame_pair(tokenizer, make_prefix([7, 8], [8, 9], 48), [5, 7, 6], (0, 2), 4)
    assert framed.ids == [2, 7, 8, 3, 8, 9, 5, 7, 3]
    assert framed.types == [0, 3, 3, 0, 2, 1, 1, 2, 1]
    assert framed.first == 6


def test_plain_segments_are_two_or_none(tokenizer):
    """For bases that are trained without marks, and for those of one segment."""
    prefix = make_prefix([7, 8], [9], 48)
    assert frame_pair(tokenizer, prefix, [7, 5], (0, 2), 2).types == [0, 0, 0, 0, 1, 1, 1, 1]
    assert set(frame_pair(tokenizer, prefix, [7, 5], (0, 2), 1).types) == {0}


def test_a_long_question_leaves_room():
    """Its end is what is asked."""
    prefix = make_prefix(list(range(500)), list(range(500)), 48)
    assert prefix.question == list(range(476, 500))
    assert len(prefix.title) == 6
    assert passage_room(prefix, 48) >= 48 // 4


@pytest.mark.parametrize("cut", [between_sentences([(0, 4), (5, 9), (10, 30)]), sliding(2)])
@pytest.mark.parametrize("room", [1, 3, 5, 50])
def test_cuts_cover_everything(cut, room):
    """Every token is in a window, and none is longer than its room."""
    offsets = np.array([(place, place + 1) for place in range(30)])
    spans = cut(offsets, room)
    assert {token for begin, end in spans for token in range(begin, end)} == set(range(30))
    assert max(end - begin for begin, end in spans) <= room


def test_windows_end_with_a_sentence():
    """Where one fits."""
    offsets = np.array([(place, place + 1) for place in range(12)])
    assert between_sentences([(0, 4), (4, 7), (7, 12)])(offsets, 8) == [(0, 7), (7, 12)]


def test_sliding_windows_overlap():
    """By what was asked for."""
    offsets = np.zeros((20, 2), np.int64)
    assert sliding(4)(offsets, 10) == [(0, 10), (6, 16), (12, 20)]
    assert sliding(4)(offsets[:0], 10) == []
