"""The cache of model outputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.errors import StoreError
from excerpt.models.runtime.disk_cache import DiskCache, content_key


def test_values_are_there_again(tmp_path):
    """In another object over the same file; more keys than one query takes."""
    values = {content_key(str(number)): str(number).encode() for number in range(1200)}
    with DiskCache(tmp_path / "c.sqlite") as cache:
        cache.put_many(values)
    with DiskCache(tmp_path / "c.sqlite") as cache:
        assert cache.get_many([*values, b"none"]) == values
        assert len(cache) == 1200


def test_a_value_is_replaced():
    """The last one counts."""
    with DiskCache(":memory:") as cache:
        cache.put_many({b"k": b"old"})
        cache.put_many({b"k": b"new"})
        assert cache.get_many([b"k"]) == {b"k": b"new"}


@given(st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
def test_other_parts_have_another_key(left, right):
    """Also where the parts joined are the same."""
    assert (content_key(*left) == content_key(*right)) == (left == right)


def test_a_file_of_another_kind_is_named(tmp_path):
    """With what to do."""
    (tmp_path / "c").write_text("not a database " * 100)
    with pytest.raises(StoreError, match="choose another file, or delete it"):
        DiskCache(tmp_path / "c")
