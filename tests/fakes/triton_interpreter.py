"""Triton's interpreter in a process of its own: it must be chosen before Triton is first imported."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def _choose_interpreter() -> None:
    os.environ["TRITON_INTERPRET"] = "1"  # of this process alone
    import torch

    torch.set_num_threads(1)


def _call(place: str, name: str, args: tuple, kwargs: dict) -> Any:
    from importlib import import_module

    return getattr(import_module(place), name)(*args, **kwargs)


class Interpreter:
    """Calls functions of ours in the interpreting process, with numpy arrays in and out."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_choose_interpreter)

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What the function returns there."""
        return self._pool.submit(_call, function.__module__, function.__name__, args, kwargs).result()

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()
