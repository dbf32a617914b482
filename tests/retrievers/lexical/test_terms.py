"""Tests of excerpt.retrievers.lexical.terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.retrievers.lexical.terms import terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The River, rising!", ["the", "river", "rising"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("1,234.5 litres in 1999.", ["1,234.5", "litres", "in", "1999"]),
        ("ｆｕｌｌ width", ["full", "width"]),
        ("東京都の川", ["東京", "京都", "都の", "の川"]),
        ("水", ["水"]),
        ("水车 turns", ["水车", "turns"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("mill-race\x00weir", ["mill", "race", "weir"]),
        ("🌾 \u200b", []),
        ("", []),
    ],
)
def test_terms_of_many_scripts(text: str, expected: list[str]) -> None:
    """Words, numbers and pairs of unspaced characters, folded."""
    assert terms(text) == expected


@given(st.text())
def test_terms_do_not_depend_on_what_surrounds_them(text: str) -> None:
    """Text after a line break changes no term before it."""
    assert terms(text + "\n\nweir")[-1:] == ["weir"]
    assert terms(text + "\n\nweir")[:-1] == terms(text)


@given(st.text(alphabet="ab9Z.,-_ \x1c\n"))
def test_plain_text_is_read_as_any_other(text: str) -> None:
    """One sign of another script in the text changes no term but its own."""
    assert terms(f"{text} ż") == [*terms(text), "ż"]


def test_a_line_without_spaces_gives_short_terms() -> None:
    """No term is longer than 255 characters."""
    assert max(map(len, terms("x" * 10_000 + "7" * 10_000))) == 255
