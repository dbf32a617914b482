"""`functools.cached_property` as it is from Python 3.12 on: without a lock.

In 3.11 all instances of a class share one lock for each such attribute, held while it is computed. Threads would
compute the features of different questions one after another, and a child that is forked while one of them computes
would wait for ever. Ours takes no lock: two threads that meet may both compute, and both get what was there first.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

__all__ = ["cached_property"]

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 - named as functools names it
    """An attribute that is computed when it is first read.

    Args:
        compute: The method; its instances need a ``__dict__``.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> Self | T:
        # No data descriptor: once the value stands in the instance's dictionary, this is asked no more.
        if instance is None:
            return self
        value: T = instance.__dict__.setdefault(self.name, self.compute(instance))
        return value
