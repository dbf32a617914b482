"""Tests of excerpt.adapters.accounts."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.adapters.accounts import Placed, source_tokens, trace, whole
from excerpt.render import kept_text
from excerpt.values.spans import Span, merge

SOURCE = "Rain falls. The miller keeps bees!\nTea is green. 蜂は眠る。水車。"


def account(text, spans):
    """What an adapter writes for these spans, after a way through JSON."""
    placed = trace(text, spans)
    return json.loads(json.dumps({"spans": [p.span for p in placed], "starts": [p.at for p in placed]}))


pairs = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=5).map(merge)


@settings(deadline=None)
@given(pairs, pairs)
def test_each_traced_span_is_in_the_source_what_it_is_in_the_text(first, second):
    """Through one compressor and through two."""
    first = [span for span in first if span.end <= len(SOURCE)]
    once = kept_text(SOURCE, first)
    second = [span for span in second if span.end <= len(once)]
    twice = kept_text(once, second)
    placed = trace(once, second, account(SOURCE, first))
    assert all(twice[at : at + end - start] == SOURCE[start:end] for at, (start, end) in placed)
    assert sorted(placed) == placed
    assert all(left.span.end <= right.span.start for left, right in pairwise(placed))


def test_nothing_of_the_source_is_lost_in_the_trace():
    """A span of the text that runs over a joint is two of the source; the joint itself is of neither."""
    before = account(SOURCE, [Span(0, 4), Span(12, 22)])
    assert kept_text(SOURCE, [Span(0, 4), Span(12, 22)]) == "Rain The miller"
    placed = trace("Rain The miller", [Span(2, 8)], before)
    assert placed == [Placed(0, Span(2, 4)), Placed(3, Span(12, 15))]


@pytest.mark.parametrize(
    "other",
    [
        None,
        "spans",
        {},
        {"spans": [[0, 4]], "starts": []},
        {"spans": [[0, "4"]], "starts": [0]},
        {"spans": [[0, 9]], "starts": [0]},
        {"spans": [[4, 0]], "starts": [0]},
        {"spans": [[0, 2], [3, 5]], "starts": [0, 1]},
        {"spans": [[0, 4]], "starts": ["0"]},
    ],
)
def test_an_account_that_is_of_another_text_or_is_none_is_not_followed(other):
    """Whatever stands in somebody's metadata: the text at hand is then the source."""
    assert trace("Rain", whole("Rain"), other) == [Placed(0, Span(0, 4))]
    assert source_tokens(other, "Rain") is None


def test_tokens_of_the_source_come_with_the_account():
    """If it is of this text."""
    known = account(SOURCE, [Span(0, 4)]) | {"tokens_in": 30}
    assert source_tokens(known, "Rain") == 30
    assert source_tokens(known, "Rain falls") is None
    assert source_tokens({**known, "tokens_in": None}, "Rain") is None


def test_all_of_nothing_is_no_span():
    """An empty span is none."""
    assert whole("") == ()
