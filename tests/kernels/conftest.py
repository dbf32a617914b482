"""What the kernels' tests share."""

from collections.abc import Iterator

import pytest
from fakes.triton_interpreter import Interpreter


@pytest.fixture(scope="session")
def interpreter() -> Iterator[Interpreter]:
    """Triton's interpreter, started once."""
    pytest.importorskip("triton")
    process = Interpreter()
    yield process
    process.close()
