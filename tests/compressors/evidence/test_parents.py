"""What candidates must be read with."""

import numpy as np
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.parents import Bounds, Parents, Spans
from excerpt.compressors.scorers.evidence import candidates_of
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context, Passage, Units

SETTINGS = "image:\n  repository: mill\n  pull:\n    policy: Always\nreplicas: 3\nname: karsk\n"
PRICES = "town,rye,oats\nTorvik,3,4\nKarsk,5,6\nBrenn,7,8"


def candidates(question, *texts):
    context = Context.start(question, [Passage(text) for text in texts])
    return candidates_of(TokenHashEncoder(), context, split("record", context))


def read_with(found, number, texts):
    """The texts of the parents of a candidate, nearest first."""
    spans = []
    parent = int(found.parents.of[number])
    while parent >= 0:
        start, end = int(found.parents.spans.start[parent]), int(found.parents.spans.end[parent])
        spans.append(texts[start >> 32][start & 0xFFFFFFFF : end & 0xFFFFFFFF])
        parent = int(found.parents.above[parent])
    return spans


def test_a_row_is_read_with_its_header():
    """Each row in its own passage, whatever stands before."""
    texts = ("A mill stands here.", PRICES)
    found = candidates("rye of Karsk", *texts)
    assert [read_with(found, number, texts) for number in range(found.count)] == [
        [],
        [],
        *([["town,rye,oats"]] * 3),
    ]


def test_a_setting_is_read_with_its_whole_path():
    """The parents of parents count too."""
    found = candidates("image pull policy", SETTINGS)
    texts = found.units.texts([Passage(SETTINGS)])
    at = texts.index("policy: Always")
    assert read_with(found, at, [SETTINGS]) == ["pull:", "image:"]
    asked = found.question.terms.tolist()
    assert len(asked) == 3
    assert (found.read_tf[at] > 0).tolist() == [True, True, True]
    assert (found.tf[at] > 0).tolist() == [False, False, True]


def test_parents_that_are_no_candidates_are_read():
    """An earlier stage may have dropped the header; the row still means what it meant."""
    found = candidates("rye of Karsk", PRICES)
    rows = Units("record", found.units.passage[1:], found.units.start[1:], found.units.end[1:])
    fewer = Candidates(found.question, found.signals, rows)
    assert np.array_equal(fewer.read_tf, found.read_tf[1:])
    assert np.array_equal(fewer.read_similarity, found.read_similarity[1:])


def test_a_candidate_that_holds_its_parent_is_read_once():
    """Records that a guard joined with their header have no parent any more."""
    found = candidates("rye of Karsk", PRICES)
    one = np.zeros(1, dtype=np.int64)
    whole = Units("record", one, one, one + len(PRICES))
    joined = Candidates(found.question, found.signals, whole)
    assert joined.parents.of.tolist() == [-1]
    assert np.array_equal(joined.read_tf, joined.tf)


def test_prose_has_no_parents():
    """And is read as it stands."""
    found = candidates("Where is the mill?", "The mill stands on a hill. It is old.", "")
    assert not len(found.parents.above)
    assert found.read_similarity is found.similarity


def test_values_go_down_every_chain():
    """Each parent has what those above it have."""
    nobody = np.zeros(3, dtype=np.int64)
    parents = Parents(Spans(nobody, nobody), np.array([-1, 0, 1]), np.array([2, -1, 0]))
    values = np.array([1, 2, 4], dtype=np.float32)
    assert parents.with_above(values, np.add).tolist() == [1, 3, 7]
    assert parents.joined(np.array([10, 10, 10], dtype=np.float32), values, np.add).tolist() == [14, 10, 11]
    assert parents.spread(values).tolist() == [4, 0, 1]


def test_rows_of_pieces_are_counted_and_compared():
    """A piece without rows has none, and rows between pieces belong to none."""
    pieces = Spans(np.array([10, 20, 30]), np.array([15, 22, 40]))
    places = np.array([3, 10, 14, 15, 30, 31, 50])
    bounds = pieces.bounds(places)
    assert bounds.sizes.tolist() == [2, 0, 2]
    assert bounds.owners(len(places)).tolist() == pieces.holding(places).tolist() == [-1, 0, 0, -1, 2, 2, -1]
    assert bounds.counts(np.array([1, 1, 0, 1, 0, 1, 1], dtype=bool)).tolist() == [1, 0, 1]
    values = np.array([[9, 1], [1, 5], [-1, 7], [8, 8], [-3, -2], [-4, -1], [9, 9]], dtype=np.float32)
    assert bounds.highest(values).tolist() == [[1, 7], [0, 0], [-3, -1]]


def test_no_pieces_own_nothing():
    """As where no candidate has a parent."""
    bounds = Bounds(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert bounds.owners(3).tolist() == [-1, -1, -1]
    assert bounds.highest(np.zeros((3, 2), dtype=np.float32)).shape == (0, 2)
