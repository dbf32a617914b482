"""What is remembered, and for how long."""

from hypothesis import given
from hypothesis import strategies as st

from excerpt.models.runtime.latest import Latest


def test_the_oldest_go_first():
    """As many as it takes."""
    latest = Latest(tokens=10)
    latest.add({"a": 1, "b": 2}, [4, 4])
    latest.add({"c": 3}, [5])
    assert latest.find("abc") == {"b": 2, "c": 3}
    latest.add({"d": 4}, [9])
    assert latest.find("abcd") == {"d": 4}
    latest.clear()
    assert latest.find("abcd") == {}


def test_what_is_larger_than_everything_is_not_kept():
    """Nor anything that came before it."""
    latest = Latest(tokens=10)
    latest.add({"a": 1}, [4])
    latest.add({"b": 2}, [11])
    assert latest.find("ab") == {}


@given(st.lists(st.dictionaries(st.integers(0, 9), st.integers(1, 8), max_size=4), max_size=12))
def test_never_more_than_its_tokens(groups):
    """Whatever comes again; a key has the same size each time."""
    latest = Latest(tokens=12)
    for group in groups:
        latest.add(dict.fromkeys(group, "x"), [key % 5 + 1 for key in group])
        held = latest.find(range(10))
        assert sum(key % 5 + 1 for key in held) <= 12
