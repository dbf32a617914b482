import numpy as np
import pytest
from fakes.tiny_pair_readers import make_pair_reader
from fakes.tiny_token_classifiers import make_wordpiece, texts

from excerpt.errors import ModelError
from excerpt.models.export.checkpoint import export_model
from excerpt.models.registry import load, load_pair_reader
from excerpt.models.tasks.pair_cuts import between_sentences, sliding
from excerpt.models.tasks.pair_reader import PairReading, PairWindow, frame_pair, room_for, side_of

QUESTION = "Who sold 1,250 sacks"
TEXT = "The miller sold barley. Dr. Okafor measured 1,250 sacks. She lost the old sluice. Our café."
SENTENCES = [(0, 23), (24, 56), (57, 81), (82, 91)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return make_pair_reader(tmp_path_factory.mktemp("pairs") / "tiny")


@pytest.fixture(scope="module")
def exported(checkpoint, tmp_path_factory):
    target = tmp_path_factory.mktemp("exported") / "pairs"
    export_model(checkpoint, target, task="pair-reader")
    return target


@pytest.fixture(scope="module")
def reader(exported):
    return load_pair_reader(exported, threads=2)


def read(reader, passages, cut=None):
    return reader.read(QUESTION, passages, [cut or between_sentences(SENTENCES)] * len(passages))


def test_the_export_says_what_torch_says(checkpoint, reader):
    """Segments of shared tokens included."""
    theirs, ours = (read(one, [("Mill", TEXT)])[0] for one in (load(checkpoint, "pair-reader"), reader))
    for left, right in zip(ours.logits, theirs.logits, strict=True):
        assert left == pytest.approx(right, abs=1e-4)


def test_a_reading_does_not_depend_on_its_neighbours(reader):
    """Alone, among others, and on several threads: the same bytes."""
    others = [("", text) for text in texts(7)]
    alone = read(reader, [("Mill", TEXT)])[0]
    among = read(reader, [*others, ("Mill", TEXT)])[-1]
    assert [part.tobytes() for part in alone.logits] == [part.tobytes() for part in among.logits]


def test_every_token_of_a_long_passage_is_read(reader):
    """In windows of at most the model's length, one behind the other."""
    text = " ".join([TEXT] * 6)
    reading = read(reader, [("Mill", text)], between_sentences([(0, 91), (92, 183), (184, len(text))]))[0]
    assert len(reading.windows) > 1
    assert [one.begin for one in reading.windows[1:]] == [one.end for one in reading.windows[:-1]]
    assert reading.windows[-1].end == len(reading.offsets)
    assert max(len(one.ids) for one in reading.windows) <= reader.max_tokens
    assert (reading.keep > 0).all()


def test_a_passage_without_text_has_a_relevance(reader):
    """And no tokens."""
    reading = read(reader, [("Mill", "")], between_sentences([]))[0]
    assert len(reading.keep) == 0
    assert 0 < reading.relevance < 1


def test_shared_tokens_have_segments_of_their_own(reader):
    """0 question, 1 passage, 2 and 3 what stands in both; a title belongs to the passage."""
    framed = frame_pair(reader.tokenizer, side_of([7, 8], [8, 9], 48), [5, 7, 6], (0, 2), 4)
    assert framed.ids == [2, 7, 8, 3, 8, 9, 5, 7, 3]
    assert framed.types == [0, 3, 3, 0, 2, 1, 1, 2, 1]
    assert framed.first == 6


def test_plain_segments_are_two_or_none(reader):
    """For bases that are trained without marks, and for those of one segment."""
    side = side_of([7, 8], [9], 48)
    assert frame_pair(reader.tokenizer, side, [7, 5], (0, 2), 2).types == [0, 0, 0, 0, 1, 1, 1, 1]
    assert set(frame_pair(reader.tokenizer, side, [7, 5], (0, 2), 1).types) == {0}


def test_a_long_question_leaves_room(reader):
    """Its end is what is asked."""
    side = side_of(list(range(500)), list(range(500)), 48)
    assert side.question == list(range(476, 500))
    assert len(side.title) == 6
    assert room_for(side, 48) >= 48 // 4


def test_overlapping_windows_are_averaged():
    """A token that two windows hold has the mean of both."""
    windows = [PairWindow([0] * 4, [0] * 4, 1, 0, 2), PairWindow([0] * 4, [0] * 4, 1, 1, 3)]
    low, high = np.full((4, 4), -60, np.float32), np.full((4, 4), 60, np.float32)
    reading = PairReading(windows, [low, high], np.zeros((3, 2), np.int64))
    assert reading.keep == pytest.approx([0, 0.5, 1])


def test_other_token_classifiers_are_refused(tmp_path):
    """Their outputs mean something else."""
    with pytest.raises(ModelError, match=r"labels \['LABEL_0', 'LABEL_1'\]; a pair reader has"):
        load_pair_reader(make_wordpiece(tmp_path / "other"))


def test_the_fingerprint_follows_the_weights(checkpoint, reader, tmp_path):
    """Other weights, another fingerprint; the same ones, the same."""
    again = load_pair_reader(reader.model.path.parent)
    other = load_pair_reader(make_pair_reader(tmp_path / "other", window=40))
    assert again.fingerprint == reader.fingerprint != other.fingerprint


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
