"""The JSONL form, in and out."""

import gzip
import json

import pytest

from excerpt import Chain, InputError
from excerpt.files.jsonl import read_jsonl
from excerpt.files.records import parse_record


def line(**row):
    return json.dumps(row).encode()


def test_other_keys_are_carried_through_and_ours_win():
    """A `text` of the input does not hide the compressed text."""
    record = parse_record(
        line(id="x", question="q", passages=["a b c d. e f g h."], answers=["a"], text="old"), 1
    )
    row = record.output(Chain(["truncate"]).compress(record.query, record.passages, budget=5))
    assert row["answers"] == ["a"]
    assert row["text"] == "a b c d."
    assert list(row)[:2] == ["id", "question"]


def test_query_is_another_name_and_the_line_number_another_id():
    """Both names of the question are read."""
    record = parse_record(line(query="q", passages=[{"text": "a", "evidence": [[0, 1]]}]), 7)
    assert (record.id, record.query) == (7, "q")
    assert record.passages[0].metadata["evidence"] == [[0, 1]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff{}", "not UTF-8"),
        (b"[]", "expected a JSON object, got list"),
        (b'{"n": ' + b"1" * 5000 + b"}", "record: cannot be read"),
        (json.dumps({"question": "q"}).encode("utf-16"), "byte 0 is not UTF-8"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b'{"passages": []}', "question: is missing; the keys are passages"),
        (b'{"question": "q"}', "passages: is missing"),
        (b'{"question": "", "passages": []}', "question: is empty"),
        (b'{"question": "q", "passages": "a"}', "passages: expected a list"),
        (b'{"question": "q", "passages": [{"text": 1}]}', r"passages\[0\].text: expected a string"),
        (b'{"question": "q", "passages": [], "id": [1]}', "id: expected a string"),
        (b'{"question": "\\ud800", "passages": []}', "lone surrogate"),
    ],
)
def test_a_wrong_line_names_the_field(data, message):
    """What is wrong, and where."""
    with pytest.raises(InputError, match=message):
        parse_record(data, 1)


def test_files_are_read_plain_gzipped_and_with_a_mark(tmp_path):
    """A byte order mark and blank lines are passed over."""
    plain, packed = tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    plain.write_bytes(b'\xef\xbb\xbf{"a": 1}\n\n{"a": 2}')
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(read_jsonl(plain)) == list(read_jsonl(packed)) == [(1, {"a": 1}), (3, {"a": 2})]


def test_a_damaged_archive_and_a_missing_file_are_errors_of_ours(tmp_path):
    """With the path in the message."""
    broken = tmp_path / "b.jsonl.gz"
    broken.write_bytes(gzip.compress(b'{"a": 1}\n' * 1000)[:-20])
    with pytest.raises(InputError, match="cannot be read to its end"):
        list(read_jsonl(broken))
    with pytest.raises(InputError, match="cannot be opened"):
        list(read_jsonl(tmp_path / "none.jsonl"))
