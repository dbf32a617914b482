"""The sets that an evaluation goes over."""

import gzip
import json

import pytest

from excerpt.errors import InputError
from excerpt.eval.data.sources import question_sets

ROWS = [{"id": str(number), "question": "q", "passages": ["p"], "answers": ["a"]} for number in range(5)]


@pytest.fixture
def folder(tmp_path):
    """A prepared folder with two sets, beside a file."""
    (tmp_path / "data" / "qa").mkdir(parents=True)
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    for name in ("mills.dev", "rain.dev", "rain.train"):
        (tmp_path / "data" / "qa" / f"{name}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "own.jsonl").write_text(lines)
    return tmp_path


def test_files_and_folders_give_sets(folder):
    """A folder one for each set with the split, a file one by its name."""
    found = question_sets([str(folder / "data"), str(folder / "own.jsonl")], limit=2)
    assert [one.name for one in found] == ["mills", "rain", "own"]
    assert [[row["id"] for row in one.rows()] for one in found] == [["0", "2"], ["0", "2"], ["0", "1"]]
    assert [one.count for one in found] == [2, 2, 2]


def test_rows_can_be_read_again(folder):
    """As the cost estimate does before the run."""
    [one] = question_sets([str(folder / "data")], ["mills"])
    assert len(list(one.rows())) == len(list(one.rows())) == one.count == 5


def test_questions_with_one_id_are_told(folder):
    """A file that was written twice would make intervals too narrow."""
    own = folder / "own.jsonl"
    [one] = question_sets([str(own)])
    assert one.check() == []
    own.write_text(own.read_text() * 2)
    [said] = one.check()
    assert said.startswith("own: 5 questions have the id of an earlier one (most often 0)")


@pytest.mark.parametrize(
    ("names", "split", "said"),
    [(["wind"], "dev", "not 'wind' with a split 'dev'; there are mills, rain"), ([], "test", "not any set")],
)
def test_a_set_that_is_not_there_is_named(folder, names, split, said):
    """With those that are."""
    with pytest.raises(InputError, match=said):
        question_sets([str(folder / "data")], names, split)


def test_two_sets_of_one_name_are_refused(folder):
    """A report could not keep them apart."""
    with pytest.raises(InputError, match="two sets are called 'own'"):
        question_sets([str(folder / "own.jsonl")] * 2)
