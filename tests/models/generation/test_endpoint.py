"""The client of chat completions; what a teacher or reader sees of it is tested beside them."""

import pytest

from excerpt.errors import InputError
from excerpt.models.generation.endpoint import ChatClient, Endpoint


def test_questions_are_paced():
    """Thirty a minute: one every two seconds, however many are waiting."""
    with ChatClient(Endpoint("http://127.0.0.1:1/v1", "big", per_minute=30)) as client:
        waits = [client._until_turn(now) for now in (100.0, 100.0, 101.0, 110.0)]
    assert waits == [0.0, 2.0, 3.0, 0.0]


def test_without_a_limit_nobody_waits():
    """All at once."""
    with ChatClient(Endpoint("http://127.0.0.1:1/v1", "big")) as client:
        assert [client._until_turn(1.0) for _ in range(3)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["timeout_s", "tries", "answer_tokens", "per_minute"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_numbers_out_of_range_are_refused(name, value):
    """By name, before anything is sent."""
    with pytest.raises(InputError, match=rf"{name} \({value}\)"):
        Endpoint("http://127.0.0.1:1/v1", "big", **{name: value})


def test_the_key_is_not_shown():
    """In no representation that a log might print."""
    assert "secret" not in repr(Endpoint("http://127.0.0.1:1/v1", "big", key="secret"))
