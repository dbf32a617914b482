"""What is remembered, and for how long."""

from hypothesis import given
from hypothesis import strategies as st

from excerpt.models.runtime.token_cache import TokenCache


def test_the_oldest_go_first():
    """As many as it takes."""
    cache = TokenCache(tokens=10)
    cache.add({"a": 1, "b": 2}, [4, 4])
    cache.add({"c": 3}, [5])
    assert cache.find("abc") == {"b": 2, "c": 3}
    cache.add({"d": 4}, [9])
    assert cache.find("abcd") == {"d": 4}
    cache.clear()
    assert cache.find("abcd") == {}


def test_what_is_larger_than_everything_is_not_kept():
    """Nor anything that came before it."""
    cache = TokenCache(tokens=10)
    cache.add({"a": 1}, [4])
    cache.add({"b": 2}, [11])
    assert cache.find("ab") == {}


@given(st.lists(st.dictionaries(st.integers(0, 9), st.integers(1, 8), max_size=4), max_size=12))
def test_never_more_than_its_tokens(groups):
    """Whatever comes again; a key has the same size each time."""
    cache = TokenCache(tokens=12)
    for group in groups:
        cache.add(dict.fromkeys(group, "x"), [key % 5 + 1 for key in group])
        held = cache.find(range(10))
        assert sum(key % 5 + 1 for key in held) <= 12
