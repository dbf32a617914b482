"""Which of the two ways a kernel runs: Triton on CUDA, plain torch everywhere else."""

from functools import cache
from importlib.util import find_spec
from typing import Literal

from torch import Tensor

__all__ = ["Backend", "backend_for"]

Backend = Literal["auto", "torch", "triton"]


def backend_for(tensor: Tensor, asked: Backend = "auto") -> Literal["torch", "triton"]:
    """What runs a kernel on this tensor.

    Args:
        tensor: One of the kernel's inputs.
        asked: ``"auto"`` takes Triton for CUDA tensors where it is installed. Naming one takes that one; Triton
            runs CPU tensors only in its interpreter (``TRITON_INTERPRET=1`` before its first import).

    Raises:
        ValueError: ``asked`` is none of the three.
        RuntimeError: Triton was named and is not installed.
    """
    if asked not in ("auto", "torch", "triton"):
        message = f"backend is {asked!r}; it is 'auto', 'torch' or 'triton'"
        raise ValueError(message)
    if asked == "auto":
        return "triton" if tensor.is_cuda and _has_triton() else "torch"
    if asked == "triton" and not _has_triton():
        message = "backend='triton' needs the package triton (`pip install triton`), which is not installed"
        raise RuntimeError(message)
    return asked


@cache
def _has_triton() -> bool:
    return find_spec("triton") is not None
