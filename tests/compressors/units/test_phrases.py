"""Phrases by their little words."""

from excerpt.compressors.units.phrases import split_phrases


def pieces(text):
    return [text[start:end] for start, end in split_phrases(text)]


def test_little_words_begin_a_phrase():
    """Punctuation ends one, and stays with it."""
    assert pieces("The old mill at Arden burned in 1859, and it was built again by two sons. Rye grew.") == [
        "The old mill", "at Arden burned", "in 1859,", "and it was built again", "by two sons.", "Rye grew."
    ]  # fmt: skip


def test_other_text():
    """Without little words a clause is a phrase; nothing gives nothing."""
    assert pieces("磨坊磨黑麦。猫在睡觉。") == ["磨坊磨黑麦。", "猫在睡觉。"]
    assert pieces("of the") == ["of the"]
    assert pieces("") == []
