"""Tests of excerpt.values.plain and excerpt.values.tables: what callers have in metadata, ids and tables."""

import datetime as dt
import json
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from excerpt import Budget, InputError, compress
from excerpt.files.user_cache import user_cache
from excerpt.retrievers import Index
from excerpt.values.coerce import to_passage, to_passages
from excerpt.values.plain import to_plain
from excerpt.values.tables import is_missing

NAME = UUID(int=7)
WHEN = dt.datetime(2026, 5, 4, 3, 2, tzinfo=dt.UTC)
ROWS = [("The mill was built in 1836.", "Mill", 1), ("Bees sleep in hives.", float("nan"), 2)]
NAMES = ["text", "title", "id"]


class Frame:
    """A data frame as pandas has it: iterated over, it gives its columns."""

    columns = NAMES

    def __iter__(self):
        return iter(self.columns)

    def itertuples(self, *, index, name):
        """Its rows."""
        assert (index, name) == (False, None)
        return iter(ROWS)


class Polars(Frame):
    """As Polars has it."""

    itertuples = property()

    def iter_rows(self):
        """Its rows."""
        return iter(ROWS)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.arange(3), [0, 1, 2]),
        (WHEN, "2026-05-04T03:02:00+00:00"),
        (WHEN.date(), "2026-05-04"),
        (np.datetime64("2026-05-04"), "2026-05-04"),
        (NAME, str(NAME)),
        (PurePosixPath("a/b.txt"), "a/b.txt"),
    ],
)
def test_what_json_can_carry_is_carried(tmp_path, value, plain):
    """In metadata of an index, at any depth."""
    index = Index.build([{"text": "x", "at": {"deep": [value]}}], tmp_path / "a", encoder=None)
    assert index[0].metadata == {"at": {"deep": [plain]}}


@pytest.mark.parametrize("value", [float("nan"), np.float32("inf"), object(), {1}, b"x", 1j])
def test_what_json_has_not_is_refused_by_key(tmp_path, value):
    """The message has the passage's number and the way to the value."""
    with pytest.raises(
        InputError, match=r"passages\[1\]\.metadata\.at\.deep\[0\]: .* is nothing that JSON has"
    ):
        Index.build(["y", {"text": "x", "at": {"deep": [value]}}], tmp_path / "a", encoder=None)


def test_plain_values_stay():
    """And a key that is no text is refused."""
    value = {"a": [1, "b", None, True, 0.5]}
    assert json.dumps(to_plain(value, "v")) == json.dumps(value)
    with pytest.raises(InputError, match=r"v: the key 5 must be a string"):
        to_plain({5: 1}, "v")


@pytest.mark.parametrize(
    ("given", "name"),
    [(np.int64(7), "7"), (NAME, str(NAME)), (Path("a"), "a"), (WHEN, WHEN.isoformat()), (float("nan"), "")],
)
def test_ids_of_many_kinds(given, name):
    """A number, a UUID, a path and a date are ids; an empty cell is none."""
    assert to_passage({"text": "x", "id": given}).id == name


def test_an_empty_cell_is_no_title():
    """NaN is not written for the reader, in a mapping or in a document's metadata."""
    nan = float("nan")
    document = SimpleNamespace(page_content="x", metadata={"title": nan, "id": nan})
    assert [to_passage(one).title for one in ({"text": "x", "title": nan}, document)] == ["", ""]
    assert to_passage(document).id == ""
    assert not any(map(is_missing, ["", "nan", 0, [], np.array([np.nan])]))


@pytest.mark.parametrize(
    "frame", [Frame(), Polars(), pa.table(dict(zip(NAMES, zip(*ROWS[:1], strict=True), strict=True)))]
)
def test_a_data_frame_gives_its_rows(frame):
    """Not the names of its columns."""
    passages = to_passages(frame)
    assert (passages[0].text, passages[0].title, passages[0].id) == (*ROWS[0][:2], "1")
    assert [passage.title for passage in passages[1:]] in ([], [""])


def test_a_data_frame_without_text_is_refused(tmp_path):
    """The message has its columns."""
    table = pa.table({"body": ["x"]})
    with pytest.raises(InputError, match=r"passages\[0\]: has no 'text'; its keys are \['body'\]"):
        compress("q", table)
    assert len(Index.build(Frame(), tmp_path / "a", encoder=None)) == 2


def test_numbers_of_numpy_are_numbers(tmp_path):
    """As k and in a budget."""
    index = Index.build(Frame(), tmp_path / "a", encoder=None)
    assert len(index.search("bees hives mill", np.int64(1))) == 1
    assert Budget(tokens=np.int32(5)) == Budget(tokens=5)
    assert Budget(ratio=np.float32(0.5)) == Budget(ratio=0.5)


def test_a_user_without_a_home_is_told(monkeypatch):
    """A number without a name, as a container may run under, has none."""

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(InputError, match="set XDG_CACHE_HOME"):
        user_cache()
