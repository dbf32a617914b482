import numpy as np
import pytest

from excerpt.errors import InputError
from excerpt.models.attention.protocols import ProbeRequest
from excerpt.models.attention.tokens import check_spans, token_ranges

OFFSETS = np.array([(0, 3), (4, 9), (9, 10), (10, 12), (13, 20)])


def test_a_span_has_the_tokens_that_it_overlaps():
    """Whole tokens inside, and those that reach over the border on either side."""
    assert token_ranges(OFFSETS, [(0, 10), (11, 20)]).tolist() == [[0, 3], [3, 5]]


def test_a_token_over_a_border_belongs_to_both():
    """The token (4, 9) ends behind the first span and begins before the second."""
    assert token_ranges(OFFSETS, [(0, 6), (6, 9)]).tolist() == [[0, 2], [1, 2]]


def test_a_span_without_tokens_gets_no_neighbour():
    """Characters that the tokenizer drops have an empty range."""
    first, last = token_ranges(OFFSETS, [(12, 13)])[0]
    assert first == last


def test_no_spans_have_no_ranges():
    """Nothing in, nothing out, with the right shape."""
    assert token_ranges(OFFSETS, []).shape == (0, 2)


@pytest.mark.parametrize("spans", [((3, 3),), ((0, 4), (2, 6)), ((4, 6), (0, 2)), ((0, 99),), ((-1, 2),)])
def test_wrong_spans_are_refused(spans):
    """Empty, overlapping, unsorted, outside: the message names the request and the span."""
    with pytest.raises(InputError, match=r"request 3: the sentence \("):
        check_spans(ProbeRequest("q", "0123456789", spans), "request 3")
