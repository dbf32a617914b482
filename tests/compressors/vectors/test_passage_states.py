"""One pass over the tokens of passages."""

import numpy as np
from fakes.strategies import passages
from fakes.token_hash_encoder import TokenHashEncoder
from hypothesis import given, settings

from excerpt.compressors.vectors.passage_states import passage_states, passage_vectors
from excerpt.models import load_encoder
from excerpt.values.types import Passage


@settings(deadline=None, max_examples=40)
@given(passages())
def test_offsets_are_of_the_text(given_passages):
    """Ascending, inside the text, never of the title."""
    for passage, states in zip(
        given_passages, passage_states(TokenHashEncoder(), given_passages), strict=True
    ):
        assert len(states.hidden) == len(states.offsets)
        assert (np.diff(states.offsets.ravel()) >= 0).all()
        assert states.offsets.max(initial=0) <= len(passage.text)


@settings(deadline=None, max_examples=40)
@given(passages())
def test_states_do_not_depend_on_company(given_passages):
    """Alone or among others."""
    encoder = TokenHashEncoder()
    for passage, states in zip(given_passages, passage_states(encoder, given_passages), strict=True):
        (alone,) = passage_states(encoder, [passage])
        assert np.array_equal(alone.hidden, states.hidden)
        assert np.array_equal(alone.mean, states.mean)


def test_a_long_text_is_read_in_windows_that_end_with_sentences():
    """Each begins with the title, and every word has its state."""
    encoder = TokenHashEncoder(max_tokens=12)
    text = "One two three four five. Six seven eight nine ten. Eleven twelve."
    (states,) = passage_states(encoder, [Passage(text, title="Count")])
    assert [text[start:end] for start, end in states.offsets.tolist()] == text.split()
    assert len(encoder.seen) > 1
    assert all(seen.startswith("Count\n") and seen.endswith(".") for seen in encoder.seen)


def test_a_vector_of_one_window_is_the_encoders_own():
    """What an index keeps of a short passage is what sentence-transformers would give."""
    encoder = load_encoder()
    given = [Passage("A mill. It is old.", title="Mill"), Passage("", title="Only a title"), Passage("")]
    texts = ["Mill\nA mill. It is old.", "Only a title\n", ""]
    assert np.array_equal(passage_vectors(encoder, given), encoder.encode(texts))


def test_the_vector_of_a_long_passage_is_the_mean_of_its_states():
    """Title and special tokens of every window count."""
    encoder = load_encoder(max_tokens=16)
    passage = Passage("The mill stands by the river. " * 6, title="Mill")
    (states,) = passage_states(encoder, [passage])
    assert np.array_equal(passage_vectors(encoder, [passage])[0], states.mean)
    assert len(states.hidden) > 40


def test_vectors_cost_no_second_pass(monkeypatch):
    """The encoder remembers the states, however many windows they take."""
    encoder = load_encoder(max_tokens=16)
    passage = Passage("The mill stands by the river. " * 6, title="Mill")
    passage_states(encoder, [passage])
    monkeypatch.setattr(encoder.model, "run", None)
    passage_vectors(encoder, [passage])
