"""What the evidence ranker sees of a candidate's form."""

import numpy as np
import pytest
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.compressors.evidence.features import match_columns
from excerpt.compressors.evidence.structure import FORMS, cell_columns, form_columns, sibling_columns
from excerpt.compressors.scorers.evidence import candidates_of
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context, Passage

PRICES = "town,rye price,oats price\nTorvik,3,4\nNew Karsk,5,6\nKarsk,7,8"


def candidates(question, *texts):
    context = Context.start(question, [Passage(text) for text in texts])
    return candidates_of(TokenHashEncoder(), context, split("record", context))


def test_every_feature_of_form_is_made():
    """None is named that is not there."""
    found = candidates("rye price of Karsk", PRICES, "The mill is old. It stands.")
    columns = match_columns(found)
    assert set(FORMS) <= set(columns)
    assert all(columns[name].shape == (6,) for name in FORMS)


def test_a_cell_that_is_asked_whole_counts_more_than_one_of_which_a_part_is():
    """Karsk is asked, New Karsk is not."""
    columns = cell_columns(candidates("rye price of Karsk", PRICES))
    assert columns["key.share"].tolist() == [0, 0, 0.5, 1]
    assert columns["cell.whole"][3] > columns["cell.whole"][2] == 0
    assert columns["cell.best"][3] > columns["cell.best"][2] > 0


def test_the_column_that_is_asked_is_seen_in_every_row():
    """By its whole name, in the header."""
    found = candidates("rye price of Karsk", PRICES)
    columns = cell_columns(found) | form_columns(found)
    assert columns["parent.cell"][0] == 0
    assert (columns["parent.cell"][1:] > 0).all()
    assert (columns["parent.cover"][1:] > 0).all()
    assert np.expm1(columns["children"]).round().tolist() == [3, 0, 0, 0]
    assert np.expm1(columns["parents"]).round().tolist() == [0, 1, 1, 1]


def test_numbers_that_are_asked_are_found():
    """In the record or in what it is read with."""
    found = candidates("which town had 7 or 9", PRICES)
    assert form_columns(found)["asked.numbers"].tolist() == [0, 0, 0, pytest.approx(0.49, abs=0.2)]


def test_a_term_of_one_candidate_alone_is_told_from_a_common_one():
    """A rare word of the question points to one place."""
    columns = form_columns(candidates("Torvik price", PRICES))
    assert (columns["only"] > 0).tolist() == [False, True, False, False] or columns["only"][1] > 0
    assert columns["rarest"].argmax() == 1


def test_rows_do_not_look_like_prose():
    """Dividers and digits tell."""
    columns = form_columns(candidates("?", PRICES, "The mill is old and it stands by the river."))
    assert columns["breaks"][3] > 0.4 > columns["breaks"][4] == 0
    assert columns["digits"][3] > columns["digits"][4] == 0
    assert columns["stops"][4] > columns["stops"][3]


def test_siblings_are_those_with_the_same_parent():
    """The header competes with no row."""
    found = candidates("rye", PRICES)
    columns = sibling_columns(found, np.array([9, 1, 3, 2], dtype=np.float32))
    assert np.exp(columns["siblings"]).round().tolist() == [1, 3, 3, 3]
    assert columns["sibling.gap"].tolist() == [0, 2, 0, 1]
    assert np.allclose(columns["sibling.lead"], [0, -1, 1, 0])
    assert np.expm1(columns["sibling.rank"]).round().tolist() == [0, 2, 0, 1]
