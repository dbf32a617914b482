import numpy as np
import pytest

pytest.importorskip("torch")

from excerpt.kernels.probe_layout import MAX_SEGMENT, ProbeLayout


def test_the_layout_says_how_far_it_reaches():
    """One past the last probed query, and one past the last key of any segment."""
    layout = ProbeLayout.of(np.array([[3, 8]]), np.array([[0, 0, 9], [0, 9, 9 + MAX_SEGMENT]]))
    assert (layout.queries, layout.keys) == (9, 9 + MAX_SEGMENT)
    assert layout.rows.tolist() == [[3, 8]]


@pytest.mark.parametrize("line", [(0, 5, 4), (0, 0, 65), (1, 0, 2), (0, -1, 2)])
def test_a_wrong_segment_is_named(line):
    """Backwards, longer than a tile, of an unknown sequence, before the first key."""
    with pytest.raises(ValueError, match=r"segment 1 is \["):
        ProbeLayout.of(np.array([[8]]), np.array([[0, 0, 9], line]))


@pytest.mark.parametrize(("rows", "table"), [(np.zeros((1, 0)), [[0, 0, 9]]), ([[8]], np.zeros((0, 3)))])
def test_a_layout_of_nothing_is_refused(rows, table):
    """Without a row or without a segment there is nothing to probe."""
    with pytest.raises(ValueError, match="not empty"):
        ProbeLayout.of(np.array(rows), np.array(table))
