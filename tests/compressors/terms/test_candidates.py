"""Units beside a question."""

import numpy as np
import pytest

from excerpt import Passage
from excerpt.compressors.terms.candidates import Candidates, weighted
from excerpt.compressors.terms.links import FEATURES, lexical_features
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context

MILLS = "Mills are old.\nSails turn the stones of a mill.\nRain fell."
TABLE = "| city | founded |\n| --- | --- |\n| Ulm | 854 |\n| Bonn | 11 BC |"


def candidates(query, *passages, unit="record"):
    """The candidates of some passages."""
    context = Context.start(query, [Passage(text) if isinstance(text, str) else text for text in passages])
    units = split(unit, context)
    present, own = units.by_present()
    return Candidates(query, [context.passages[index] for index in present], own)


def test_terms_are_content_words_that_stand_somewhere():
    """Function words count only where nothing else does."""
    assert len(candidates("What turns the zeppelins of mills?", MILLS).terms) == 2
    assert len(candidates("the of", MILLS).terms) == 2
    assert len(candidates("zeppelin", MILLS).terms) == 0


def test_a_question_of_a_page_has_its_rarest_terms():
    """So a long question costs no more than a short one."""
    text = " ".join(f"w{number}x" for number in range(200))
    found = candidates(text, *[text] * 3, "w7x w7x", unit="passage")
    assert len(found.terms) == 48


def test_a_row_has_the_words_of_its_header():
    """And those of the passage's title."""
    found = candidates("founded Ulm cities", Passage(TABLE, title="Cities"))
    row = next(
        index for index in range(found.count) if found.tf[index].sum() == 1 and found.parent[index] >= 0
    )
    assert found.tf[row].tolist() == [0, 1, 0]
    assert found.around_tf[row].tolist() == [1, 0, 2]  # "city" in the header and "Cities" in the title


def test_runs_are_neighbours_in_one_unit():
    """Two words that stand in two units are no pair."""
    found = candidates(
        "turn the stones", "Sails turn the stones.", "Stones turn.", "They turn", "The stones", unit="passage"
    )
    pairs, triples = found.runs(2), found.runs(3)
    assert pairs[0] == pytest.approx(1.0)
    assert pairs[1] == pairs[2] == 0 < pairs[3] < 1
    assert triples.tolist() == [1, 0, 0, 0]


def test_every_feature_is_there_once_and_finite():
    """Also where nothing matches, a unit has no word, or there is one unit."""
    for query, texts in [
        ("What turns the mill?", (MILLS, TABLE)),
        ("", (MILLS,)),
        ("zeppelin", ("!!!", "...")),
        ("x", ("x",)),
        ("何ですか", ("これは本です。", MILLS)),
    ]:
        found = candidates(query, *texts)
        columns = lexical_features(found)
        assert set(columns) == set(FEATURES)
        assert all(
            column.shape == (found.count,) and np.isfinite(column).all() for column in columns.values()
        )


def test_the_passage_that_the_best_unit_names_is_linked():
    """A question of two hops; the second answer shares no word with it."""
    found = candidates(
        "Where was the director of The Mill born?",
        Passage("The Mill is a film. The director of The Mill is Ana Sol.", title="The Mill"),
        Passage("Born in Ulm. She lives in Bonn.", title="Ana Sol"),
        Passage("Born in Rome. He likes bread.", title="Otto Berg"),
        unit="sentence",
    )
    named = lexical_features(found)["named.any"]
    assert named[2:4].min() > named[4:].max() == 0


def test_sums_do_not_depend_on_how_many_rows_there_are():
    """Bit for bit: what a unit scores must not depend on what else is in the call."""
    rows = np.random.default_rng(0).random((257, 19)).astype(np.float32)
    weights = np.random.default_rng(1).random(19).astype(np.float32)
    whole = weighted(rows, weights)
    assert all(weighted(rows[at : at + 1], weights)[0] == whole[at] for at in range(len(rows)))
