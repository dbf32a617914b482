import pytest
from fakes.word_proxy import WordProxy
from hypothesis import given
from hypothesis import strategies as st

from excerpt.errors import InputError
from excerpt.models.attention.chunks import Sentence, cut

WORDS = st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=60).map(" ".join)
SENTENCES = st.lists(
    st.tuples(WORDS, st.integers(0, 3), st.sampled_from(["", "Mill", "A title of some seven words or so"])),
    max_size=12,
).map(
    lambda rows: [
        Sentence(text, passage, title) for text, passage, title in sorted(rows, key=lambda row: row[1])
    ]
)


def pieces(chunks):
    """(sentence, text) of every span, in order."""
    return [
        (sentence, chunk.request.text[start:end])
        for chunk in chunks
        for sentence, (start, end) in zip(chunk.sentences, chunk.request.spans, strict=True)
    ]


@given(SENTENCES, st.integers(24, 60))
def test_windows_hold_every_word_in_order_and_fit(sentences, window):
    """Whatever the sentences and the window: nothing is lost, nothing is said twice, nothing is too long."""
    proxy = WordProxy(window)
    chunks = cut(proxy, "who is it", sentences)
    found = pieces(chunks)
    assert [word for _, text in found for word in text.split()] == [
        word for sentence in sentences for word in sentence.text.split()
    ]
    assert [sentence for sentence, _ in found] == sorted(sentence for sentence, _ in found)
    assert all(proxy.count([chunk.request.text])[0] <= proxy.room("who is it") for chunk in chunks)


def test_windows_are_cut_between_sentences():
    """A sentence that fits in a window is never cut."""
    sentences = [Sentence("one two three four five six seven")] * 7
    assert {text for _, text in pieces(cut(WordProxy(24), "why", sentences))} == {sentences[0].text}


def test_a_title_stands_before_its_passage_in_every_window():
    """Once in a window, on a line of its own, and in no sentence's span."""
    sentences = [Sentence("a b c d e f", 0, "Mill")] * 5
    chunks = cut(WordProxy(24), "why", sentences)
    assert [chunk.request.text.count("Mill\n") for chunk in chunks] == [1, 1]
    assert not any("Mill" in text for _, text in pieces(chunks))


def test_a_title_longer_than_half_a_window_is_left_out():
    """Or there would be no room for the passage."""
    chunks = cut(WordProxy(24), "why", [Sentence("a b c", 0, "t " * 15)])
    assert chunks[0].request.text == "a b c"


def test_a_sentence_longer_than_a_window_stands_in_several():
    """Its parts name the same sentence."""
    chunks = cut(WordProxy(24), "why", [Sentence("w " * 50 + "w")])
    assert [chunk.sentences for chunk in chunks] == [(0,)] * len(chunks)
    assert len(chunks) > 1


def test_a_question_that_fills_the_window_is_refused():
    """The question is never cut: the message has the numbers and the way out."""
    with pytest.raises(InputError, match="the question leaves 3 of the 40 tokens of words"):
        cut(WordProxy(40), "q " * 35, [Sentence("a")])


def test_nothing_makes_no_window():
    """No sentences, no question to the proxy."""
    assert cut(WordProxy(), "why", []) == []
