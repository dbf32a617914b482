"""Pieces of words, counted without the tokenizer as with it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from excerpt.registry import DEFAULTS
from excerpt.word_pieces import count_pieces

TOKENIZER = Tokenizer.from_str(DEFAULTS.find("tokenizer")())
TOKENIZER.no_padding()
TOKENIZER.no_truncation()


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40))
@example("unbelievableness'")
@example("10.0.0.1:8080/x_y-Z")
@example("[MASK][mask]")
def test_a_word_has_the_tokenizers_pieces(word):
    """Or is left to it."""
    count = count_pieces(word, TOKENIZER.token_to_id)
    assert count in (0, len(TOKENIZER.encode(word, add_special_tokens=False)))


@pytest.mark.parametrize(
    "word", ["", "naïve", "a b", "x[SEP]y", "tab\tbed", "a" * 65, "qwertyuiopasdfghjklz"]
)
def test_what_is_not_plain_is_left_to_the_tokenizer(word):
    """Other scripts, white space, special tokens, and what is long."""
    assert count_pieces(word, TOKENIZER.token_to_id) == 0
