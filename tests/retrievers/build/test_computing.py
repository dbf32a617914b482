"""What a build computes, and in which order."""

import threading

import pytest

from excerpt.retrievers.build.computing import read_ahead


def test_the_next_part_is_worked_on_while_one_is_used() -> None:
    """It has begun before the consumer asks for it, and results come in order."""
    begun = [threading.Event() for _ in range(3)]

    def work(number: int) -> int:
        begun[number].set()
        return number

    for number in read_ahead(work, range(3)):
        if number < 2:
            assert begun[number + 1].wait(10)
    assert list(read_ahead(str, [])) == []
    assert list(read_ahead(str, [1, 2, 3])) == ["1", "2", "3"]


def test_an_error_comes_where_its_result_would() -> None:
    """What was made before it is not lost."""

    def work(number: int) -> float:
        return 1 / (2 - number)

    found = read_ahead(work, range(4))
    assert [next(found), next(found)] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(found)
