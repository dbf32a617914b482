import pytest
from fakes.strategies import hostile_text
from hypothesis import given

from excerpt.compressors.units.blocks import split_blocks


def kinds(text):
    return [block.kind for block in split_blocks(text)]


@given(text=hostile_text())
def test_bodies_begin_inside_their_block(text):
    """The body of a block begins between its start and its end."""
    assert all(block.start <= block.body <= block.end for block in split_blocks(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", ["prose", "prose"]),
        ("# Head\ntext", ["heading", "prose"]),
        ("Head\n====\ntext", ["prose", "prose"]),
        ("- a\n- b\n  more\n* c", ["item", "item", "item"]),
        ("in the year\n1984. It was", ["prose"]),
        ("Steps:\n1. a\n2. b", ["prose", "item", "item"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["row", "row"]),
        ("a | b\n--- | ---\n1 | 2", ["row", "row"]),
        ("a\tb\tc\n1\t2\t3", ["row", "row"]),
        ("```py\nx\n\ny\n```\ntext", ["code", "prose"]),
        ("```py\nx. y\n\nz", ["code"]),
        ("cut code\n```\n\ntext. More", ["prose", "code", "prose"]),
        ("def f(x):\n    return x", ["code"]),
        ("    He walked in the rain\n    and sang a song.", ["prose"]),
        ("a\n\n---\n\nb", ["prose", "rule", "prose"]),
        ("name: x\nplace: y\ntime: z", ["prose", "prose", "prose"]),
    ],
)
def test_kinds_of_blocks(text, expected):
    """Structure is found as documented, and not where plain text only looks like it."""
    assert kinds(text) == expected


def test_a_heading_line_before_wide_text_is_its_own_block():
    """A line that stops well before the paragraph's width was broken on purpose."""
    assert (
        len(split_blocks("History\nThe village was founded by traders who came up the river in spring.")) == 2
    )
