"""The rule of adaptive-k."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt import ConfigError
from excerpt.compressors.selectors.gap import LargestGap
from excerpt.testing import ask

scores_lists = st.lists(st.floats(-1, 1), min_size=0, max_size=60)


def published(scores, tail=0.1, buffer=5):
    """The rule as the paper has it, on sorted scores; only for many passages."""
    ranked = sorted(scores, reverse=True)
    gaps = [b - a for a, b in pairwise(ranked)]
    last = len(gaps) - int(len(gaps) * tail)
    return min(len(ranked), gaps[:last].index(min(gaps[:last])) + 1 + buffer)


@given(st.lists(st.integers(-1000, 1000), min_size=11, max_size=80, unique=True))
def test_the_gap_is_where_the_paper_puts_it(numbers):
    """With more than ten passages and no rule of ours in the way, up to the rounding of the tail."""
    scores = np.array(numbers) / 1000
    tail = int(np.ceil((len(scores) - 1) * 0.1))
    ours = LargestGap(prominence=0, tail=tail, buffer=5).count(scores)
    assert ours == published(scores, tail=tail / (len(scores) - 1) + 1e-9)


@given(scores_lists, st.integers(0, 5), st.integers(1, 4))
def test_the_count_does_not_depend_on_the_order(scores, buffer, low):
    """Unsorted scores are fine."""
    gap = LargestGap(buffer=buffer, min_k=low)
    assert gap.count(np.array(scores)) == gap.count(np.array(scores[::-1]))


@given(scores_lists, st.integers(0, 3), st.integers(1, 4), st.integers(4, 9))
def test_the_count_stays_within_its_bounds(scores, buffer, low, high):
    """At least min_k and at most max_k, as far as there are passages."""
    count = LargestGap(buffer=buffer, min_k=low, max_k=high).count(np.array(scores))
    assert min(low, len(scores)) <= count <= min(high, len(scores))


def test_the_mask_marks_the_best_and_ties_go_to_the_earlier():
    """Two above the gap, none in the buffer."""
    scores = np.array([0.1, 0.9, 0.12, 0.88, 0.11, 0.1])
    mask = ask(LargestGap(buffer=0), scores)
    assert mask.tolist() == [False, True, False, True, False, False]


def test_the_last_gap_of_few_passages_does_not_win():
    """The original keeps all four here."""
    assert LargestGap(buffer=0).count(np.array([0.9, 0.5, 0.49, 0.05])) == 1


def test_flat_scores_are_not_cut():
    """The largest of equal gaps is chance; the budget decides."""
    assert LargestGap(buffer=0).count(np.linspace(1, 0, 30)) == 30
    assert LargestGap(buffer=0).count(np.full(30, 0.5)) == 30


def test_not_a_number_ranks_last():
    """And does not become the largest gap's other side by accident."""
    assert LargestGap(buffer=0).count(np.array([0.9, np.nan, 0.88, 0.1, 0.09, 0.08, 0.07])) == 2


def test_the_head_is_skipped():
    """For aggregation questions the first gaps do not count."""
    scores = np.array([0.9, 0.5, 0.49, 0.48, 0.2, 0.19, 0.18])
    assert LargestGap(buffer=0, head=1).count(scores) == 4


@pytest.mark.parametrize(
    "options",
    [
        {"buffer": -1},
        {"buffer": "5"},
        {"buffer": 2.5},
        {"min_k": 0},
        {"max_k": 2, "min_k": 3},
        {"head": True},
        {"tail": -0.1},
        {"tail": 1.5},
        {"tail": float("nan")},
        {"prominence": -1},
    ],
)
def test_numbers_out_of_range_are_refused(options):
    """With the first name in the message."""
    with pytest.raises(ConfigError, match=f"largest gap: {next(iter(options))}.* must be .*, got"):
        LargestGap(**options)
