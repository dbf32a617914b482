"""Steps of a chain of thought: where they begin, and that nothing is lost."""

import pytest
from fakes.strategies import hostile_text
from hypothesis import given

from excerpt.compressors.units.steps import split_steps


def steps(text):
    """Their texts."""
    return [text[start:end] for start, end in split_steps(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Half of 48.\nThat is 24.\n\nSo 72.", ["Half of 48.\nThat is 24.", "So 72."]),
        (
            "Step 1: halve it.\nIt is 24.\nStep 2: add it.",
            ["Step 1: halve it.\nIt is 24.", "Step 2: add it."],
        ),
        ("1. Halve it.\n2) Add it.\n- Done.", ["1. Halve it.", "2) Add it.", "- Done."]),
        ("Halve it.\nAdd it.", ["Halve it.", "Add it."]),
        ("Halve it. Add it.", ["Halve it.", "Add it."]),
        (
            "Look:\n\n```python\nx = 1\n\n1. y = 2\n```\n\nDone.",
            ["Look:", "```python\nx = 1\n\n1. y = 2\n```", "Done."],
        ),
        (" \n ", []),
    ],
)
def test_where_steps_begin(text, expected):
    """Paragraphs, numbers, lines, sentences; code stays whole."""
    assert steps(text) == expected


@given(hostile_text())
def test_every_character_is_in_one_step(text):
    """Also of text that is no chain of thought."""
    last = 0
    for start, end in split_steps(text):
        assert last <= start < end
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()
