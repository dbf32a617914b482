"""Contexts only ever narrow."""

import json

import numpy as np
import pytest

from excerpt import Context, InputError, Passage, Span, Units


def context(*texts):
    return Context.start("q", [Passage(text) for text in texts])


def test_a_fresh_context_keeps_everything():
    """An empty passage has no spans: there is nothing to keep."""
    assert context("abc", "").kept == ((Span(0, 3),), ())


def test_narrow_sorts_and_joins():
    """Spans may come in any order."""
    assert context("abcdef").narrow([[(4, 6), (0, 2), (2, 3)]]).kept == ((Span(0, 3), Span(4, 6)),)


def test_narrow_refuses_to_widen():
    """A dropped character stays dropped."""
    narrowed = context("abcdef").narrow([[(0, 3)]])
    with pytest.raises(InputError, match=r"passages\[0\] has"):
        narrowed.narrow([[(2, 4)]])


def test_narrow_refuses_spans_beyond_the_text():
    """There is nothing past the end."""
    with pytest.raises(InputError, match="may only keep less"):
        context("abc").narrow([[(0, 4)]])


def test_narrow_wants_spans_for_every_passage():
    """One list too few is an error that counts."""
    with pytest.raises(InputError, match="1 passages, the context has 2"):
        context("a", "b").narrow([[(0, 1)]])


def test_units_give_their_texts_and_spans():
    """Touching units become one span."""
    units = Units.of("word", [[(0, 1), (1, 2), (3, 4)], []])
    assert units.texts([Passage("ab c"), Passage("")]) == ["a", "b", "c"]
    keep = units.start >= 0
    assert units.spans(keep, 2) == ((Span(0, 2), Span(3, 4)), ())


def test_narrow_takes_the_whole_numbers_of_arrays():
    """What comes out are Python's own, which slice and can be written as JSON."""
    (span,) = context("abcdef").narrow([np.array([[0, 3]])]).kept[0]
    assert json.dumps(span) == "[0, 3]"


@pytest.mark.parametrize("spans", [[(0.0, 3.0)], None, ["abc"], [(1,)]])
def test_narrow_refuses_what_are_no_spans(spans):
    """And shows what it was given."""
    with pytest.raises(InputError, match=r"passages\[0\] was given .*pairs of whole numbers"):
        context("abcdef").narrow([spans])
