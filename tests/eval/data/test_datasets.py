"""Prepared folders: question sets with passages, and with references to a store."""

import gzip
import json

import pytest

from excerpt.errors import InputError
from excerpt.eval.data.datasets import PreparedFolder


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path):
    """One set of each kind."""
    write(
        tmp_path / "qa" / "mills.dev.jsonl.gz",
        [{"id": n, "question": f"q{n}", "passages": ["p"]} for n in range(10)],
    )
    passages = [
        {"id": f"s{n}", "doc_id": "d" if n < 2 else "e", "title": "Sails", "text": f"Sail {n} turns."}
        for n in range(3)
    ]
    write(tmp_path / "store" / "sails.passages.jsonl.gz", passages)
    common = {
        "question": "q",
        "answers": [],
        "store": "sails",
        "gold_ids": ["s1"],
        "evidence": {"s1": [[0, 4]]},
    }
    write(
        tmp_path / "store" / "turns.dev.jsonl.gz",
        [{"id": "a", **common, "doc_id": "d"}, {"id": "b", **common, "passage_ids": ["s2", "s1"]}],
    )
    return tmp_path


def test_lists_sets_and_not_stores(folder):
    """By name and split."""
    assert PreparedFolder(folder).sets() == [("mills", "dev"), ("turns", "dev")]


def test_document_reference_brings_all_its_passages(folder):
    """In file order, with gold and evidence put in."""
    row = next(PreparedFolder(folder).rows("turns", "dev"))
    assert [(one["id"], one["gold"], one["evidence"]) for one in row["passages"]] == [
        ("s0", False, []),
        ("s1", True, [[0, 4]]),
    ]
    assert set(row) == {"id", "question", "answers", "passages"}


def test_passage_references_keep_their_order(folder):
    """The order is the order to show."""
    row = list(PreparedFolder(folder).rows("turns", "dev"))[1]
    assert [one["id"] for one in row["passages"]] == ["s2", "s1"]


def test_limit_is_spread_over_the_set(folder):
    """Not the first few."""
    prepared = PreparedFolder(folder)
    assert [row["id"] for row in prepared.rows("mills", "dev", limit=3)] == [0, 3, 6]
    assert len(list(prepared.rows("mills", "dev", limit=99))) == prepared.count("mills", "dev") == 10


def test_unknown_set_says_what_there_is(folder):
    """The nearest help is the list."""
    with pytest.raises(InputError, match=r"no set 'mill' with a split 'dev'; there are mills dev, turns dev"):
        next(PreparedFolder(folder).rows("mill", "dev"))


def test_folder_without_sets_is_refused(tmp_path):
    """Before anything is read."""
    with pytest.raises(InputError, match="no prepared question set"):
        PreparedFolder(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"doc_id": "f"}, "no document 'f'"),
        ({"passage_ids": ["s9"]}, "no passage 's9'"),
        ({"store": "../sails"}, "name of a passage file"),
        ({"store": "wind"}, "cannot be opened"),
    ],
)
def test_dangling_references_are_named(folder, change, said):
    """With file and line where the question is at fault."""
    row = {"id": "a", "question": "q", "store": "sails", "gold_ids": [], "evidence": {}, **change}
    write(folder / "store" / "bad.dev.jsonl.gz", [row])
    with pytest.raises(InputError, match=said):
        list(PreparedFolder(folder).rows("bad", "dev"))
