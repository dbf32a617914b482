import numpy as np
import pytest
from fakes.tiny_token_cross_encoders import make_token_cross_encoder

from excerpt.models.readers import ExtractiveReader, Reader
from excerpt.models.readers.extractive import _whole_words, best_span

QUESTION = "Who sold 1,250 sacks?"
CONTEXT = "The miller sold barley. Dr. Okafor measured 1,250 sacks. She lost the old sluice. " * 4
ALWAYS = float("-inf")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_token_cross_encoder(tmp_path_factory.mktemp("reader") / "tiny")


def test_it_is_a_reader(model):
    """With a name for tables and a fingerprint for caches."""
    reader = ExtractiveReader(model)
    assert isinstance(reader, Reader)
    assert reader.name == "extractive:tiny"
    assert reader.fingerprint != ExtractiveReader(model, longest=3).fingerprint


def test_an_answer_stands_in_the_context(model):
    """Its span says where, and its ends are no halves of words."""
    answer = ExtractiveReader(model, least=ALWAYS).read(QUESTION, CONTEXT)
    start, end = answer.span
    assert answer.text == CONTEXT[start:end] != ""
    assert (
        f" {CONTEXT} "[start].isspace() or not f" {CONTEXT} "[start].isalnum() or not answer.text[0].isalnum()
    )


def test_no_answer_is_empty(model):
    """Where no span beats it by as much as is asked."""
    answer = ExtractiveReader(model, least=1e9).read(QUESTION, CONTEXT)
    assert (answer.text, answer.span) == ("", None)
    assert np.isfinite(answer.score)


def test_an_empty_context_has_no_answer(model):
    """And costs no run."""
    assert ExtractiveReader(model, least=ALWAYS).read(QUESTION, " \n").text == ""


def test_the_best_of_all_windows_wins(model):
    """A window more can only raise the best score."""
    reader = ExtractiveReader(model, least=ALWAYS, overlap=0)
    room = reader._cross_encoder.max_tokens - 3 - len(reader._cross_encoder.tokenizer.ids([QUESTION])[0])
    offsets = reader._cross_encoder.tokenizer.pieces([CONTEXT])[0].offsets
    first = CONTEXT[: offsets[room - 1, 1]]
    assert reader.read(QUESTION, CONTEXT).score >= reader.read(QUESTION, first).score


def test_the_best_span_is_in_order_and_short():
    """The best end may stand before the best start, or too far behind it."""
    start, end = np.array([0.0, 5.0, 4.0, 0.0]), np.array([9.0, 0.0, 0.0, 3.0])
    assert best_span(start, end, 4) == (9.0, 0, 0)
    assert best_span(start, np.array([0.0, 0.0, 0.0, 3.0]), 4) == (8.0, 1, 3)
    assert best_span(start, np.array([0.0, 0.0, 0.0, 3.0]), 2) == (7.0, 2, 3)
    assert best_span(start[:0], end[:0], 2)[0] == ALWAYS


def test_words_are_whole():
    """Letters on both sides of an end belong to it."""
    assert _whole_words("a miller, once", 4, 6) == (2, 8)
    assert _whole_words("a miller, once", 2, 8) == (2, 8)
