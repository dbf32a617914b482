"""Rows for each release, and what is slower than before."""

import csv

import pytest

from excerpt.errors import InputError
from excerpt.eval.speed.table import draw, earlier, keep_rows, shown, slower
from excerpt.eval.speed.turns import Ratio

CALL = Ratio("call", "pass", 2.0, 1.9, 2.2, 30.0, 5)
CORES = Ratio("cores", "one", 1.8, 1.7, 1.9, 30.0, 5, more_is_better=True)
ABOUT = {"data": "bundled", "versions": "excerpt 1", "hardware": "h", "date": "d"}


def test_rows_of_a_release_are_replaced_and_others_kept(tmp_path):
    """By version, machine and data."""
    path = tmp_path / "rows.csv"
    keep_rows(path, [CALL, CORES], ABOUT)
    keep_rows(path, [Ratio("call", "pass", 3.0, 3.0, 3.0, 30.0, 5)], ABOUT)
    keep_rows(path, [CALL], {**ABOUT, "versions": "excerpt 2"})
    with path.open(newline="") as file:
        rows = [(row["versions"], row["what"], row["value"]) for row in csv.DictReader(file)]
    assert rows == [("excerpt 1", "call", "3"), ("excerpt 1", "cores", "1.8"), ("excerpt 2", "call", "2")]
    assert earlier(path) == {"call": 2.0, "cores": 1.8}


def test_what_got_slower_by_a_tenth_is_named():
    """A ratio that rose, or a gain that fell."""
    assert slower(CALL, {"call": 1.0}) == 2.0
    assert slower(CORES, {"cores": 0.9}) == 0.5
    assert slower(CALL, {}) is None
    _, worse = shown([CALL, CORES], {"call": 1.9, "cores": 3.6})
    assert worse == ["cores: 2.00 times as slow as before"]


def test_a_file_that_holds_no_rows_is_refused(tmp_path):
    """In one line, with what it should be."""
    path = tmp_path / "rows.csv"
    with pytest.raises(InputError, match="cannot be read: No such file"):
        earlier(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no file of rows"):
        earlier(path)
    path.write_text("what,value\n")
    with pytest.raises(InputError, match="holds no rows"):
        earlier(path)


def test_the_picture_is_drawn(tmp_path):
    """With a bar for each ratio."""
    pytest.importorskip("matplotlib")
    draw(tmp_path / "bench.svg", [CALL, CORES])
    assert (
        "over pass" in (tmp_path / "bench.svg").read_text() or (tmp_path / "bench.svg").stat().st_size > 5000
    )
