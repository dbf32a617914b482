"""Candidates grouped by their passages."""

import numpy as np
import pytest

from excerpt.compressors.terms.groups import PassageGroups, begins

PASSAGES = np.array([0, 0, 0, 2, 2, 3])


def test_passages_without_candidates_are_no_groups():
    """The groups are numbered without a gap."""
    groups = PassageGroups(PASSAGES)
    assert (groups.count, groups.groups) == (6, 3)
    assert groups.group.tolist() == [0, 0, 0, 1, 1, 2]
    assert groups.group_start.tolist() == [0, 3, 5]
    assert groups.group_size.tolist() == [3, 2, 1]


def test_no_candidates_are_no_groups():
    """Nothing is counted, and nothing raises."""
    groups = PassageGroups(PASSAGES[:0])
    assert (groups.count, groups.groups) == (0, 0)
    assert groups.group_size.tolist() == []


def test_a_group_has_one_number_of_its_candidates():
    """Over whichever axis the candidates are on."""
    groups = PassageGroups(PASSAGES)
    values = np.array([1, 5, 2, 4, 3, 7], dtype=np.float32)
    assert groups.of_group(values, np.maximum).tolist() == [5, 4, 7]
    assert groups.of_group(np.stack([values, -values]), np.maximum, axis=1)[1].tolist() == [-1, -3, -7]


@pytest.mark.parametrize("step", [-9, -2, -1, 1, 2, 9])
def test_neighbours_do_not_cross_passages(step):
    """Against the plain definition, for numbers and columns."""
    groups = PassageGroups(PASSAGES)
    values = np.arange(groups.count, dtype=np.float32) + 1
    wanted = [
        values[at + step] if 0 <= at + step < groups.count and PASSAGES[at] == PASSAGES[at + step] else 0
        for at in range(groups.count)
    ]
    assert groups.neighbour(values, step).tolist() == wanted
    assert groups.neighbour(np.stack([values, values]), step)[1].tolist() == wanted


def test_where_values_begin():
    """The first one begins, and so does each that differs from the one before."""
    assert begins(np.array([4, 4, 2, 2, 4])).tolist() == [True, False, True, False, True]
    assert begins(np.zeros(0)).tolist() == []
