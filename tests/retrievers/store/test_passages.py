"""Tests of excerpt.retrievers.store.passages."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt import Passage
from excerpt.errors import InputError, StoreError
from excerpt.retrievers.store.passages import PassageRecord, PassageTable, PassageWriter, record_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def written(path: Path, records: list[PassageRecord], pieces: int = 1) -> PassageTable:
    """A table of the records, fed in pieces."""
    with PassageWriter(path) as writer:
        for start in range(0, len(records), pieces):
            writer.append(records[start : start + pieces])
    return PassageTable(path, len(records))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, st.dictionaries(TEXT, JSON, max_size=3)), min_size=1, max_size=5))
def test_passages_come_back_as_they_went_in(tmp_path_factory, rows) -> None:
    """Any text, title, id and JSON metadata survive the file."""
    passages = [
        Passage(text, id=name, title=title, metadata=metadata) for text, name, title, metadata in rows
    ]
    path = tmp_path_factory.mktemp("table") / "passages.arrow"
    table = written(path, [record_of(passage, "passage") for passage in passages])
    read = [table.passage(row) for row in range(len(table))]
    assert read == passages
    assert [dict(passage.metadata) for passage in read] == [dict(passage.metadata) for passage in passages]


def test_bytes_do_not_depend_on_how_passages_arrive(tmp_path: Path) -> None:
    """One by one or all at once, the file is the same."""
    records = [PassageRecord(str(number), "", f"mill {number}", "{}") for number in range(2500)]
    written(tmp_path / "a", records, pieces=7)
    written(tmp_path / "b", records, pieces=2500)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_rows_of_all_batches_are_found(tmp_path: Path) -> None:
    """Row numbers run through the record batches."""
    table = written(
        tmp_path / "a", [PassageRecord(str(number), "", "x", "{}") for number in range(2500)], pieces=100
    )
    assert [table.record(row).id for row in (0, 1023, 1024, 2499)] == ["0", "1023", "1024", "2499"]
    assert [record.id for block in table.blocks() for record in block] == [
        str(number) for number in range(2500)
    ]


@pytest.mark.parametrize("value", [object(), float("nan")])
def test_metadata_that_is_not_json_is_named(value: object) -> None:
    """The message says which passage, and which key."""
    with pytest.raises(InputError, match=r"line 7\.metadata\.seen: .* is nothing that JSON has"):
        record_of(Passage("x", metadata={"seen": value}), "line 7")


def test_a_lone_surrogate_in_a_title_is_refused() -> None:
    """Text that cannot be encoded never reaches the file."""
    with pytest.raises(InputError, match="passage 3"):
        record_of(Passage("x", title="\ud800"), "passage 3")


def test_damaged_offsets_are_an_error_not_a_crash(tmp_path: Path) -> None:
    """Whatever byte is damaged, reading gives passages or a StoreError."""
    path = tmp_path / "passages.arrow"
    written(path, [PassageRecord(str(number), "t", "a mill by the river", "{}") for number in range(40)])
    whole = path.read_bytes()
    for place in range(8, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(StoreError):
            table = PassageTable(path, 40)
            for row in range(40):
                table.passage(row)


def test_another_number_of_passages_is_refused(tmp_path: Path) -> None:
    """The file of a larger index is not taken for this one's."""
    path = tmp_path / "passages.arrow"
    written(path, [PassageRecord("", "", "x", "{}")] * 5)
    with pytest.raises(StoreError, match="has 5 rows, not 4"):
        PassageTable(path, 4).passage(0)
