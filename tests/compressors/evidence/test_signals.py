"""What the evidence ranker knows of a passage before the question."""

import numpy as np
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.compressors.evidence.signals import passage_signals
from excerpt.values.types import Passage

MILL = Passage("The mill stood by the river. It ground rye in 1820.", title="Old Mill")


def test_records_know_their_parents():
    """A row is stored with the place of its header."""
    text = "town,rye\nTorvik,3\nKarsk,5"
    signals = passage_signals(TokenHashEncoder(), [Passage(text)])[0]
    assert [text[start:end] for start, end in signals.records.tolist()] == text.split("\n")
    assert signals.parent.tolist() == [-1, 0, 0]
    assert len(signals.means) == 3


def test_tokens_cover_the_text_without_the_title():
    """Title and special tokens count for the vector only."""
    signals = passage_signals(TokenHashEncoder(), [MILL])[0]
    assert [MILL.text[start] for start in signals.start[:3]] == ["T", "m", "s"]
    assert len(signals.start) == len(MILL.text.split())


def test_signals_do_not_depend_on_the_other_passages():
    """A passage has the same signals alone and among others."""
    encoder = TokenHashEncoder()
    alone = passage_signals(encoder, [MILL])[0]
    among = passage_signals(encoder, [Passage("Other words."), MILL, Passage("")])[1]
    assert np.array_equal(alone.tokens, among.tokens)
    assert np.array_equal(alone.vector, among.vector)


def test_long_passages_are_cut_at_sentences():
    """Each window is whole sentences with the title before them, and no token is lost."""
    encoder = TokenHashEncoder(max_tokens=40)
    text = " ".join(f"Sentence number {number} is here." for number in range(30))
    signals = passage_signals(encoder, [Passage(text, title="Long")])[0]
    assert len(signals.start) == len(text.split())
    assert len(encoder.seen) > 3
    assert all(window.startswith("Long\nSentence") and window.endswith("here.") for window in encoder.seen)


def test_an_empty_passage_has_no_tokens():
    """Empty text is no error."""
    signals = passage_signals(TokenHashEncoder(), [Passage("")])[0]
    assert len(signals.start) == len(signals.terms.start) == 0
    assert not signals.vector.any()
