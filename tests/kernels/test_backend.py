"""Which way a kernel runs, and what is imported for it."""

import subprocess
import sys

import pytest
import torch

from excerpt.kernels.backend import backend_for


def run(code):
    return subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_importing_the_package_costs_nothing():
    """Neither torch nor triton nor numpy."""
    loaded = run("import sys, excerpt.kernels; print(*sys.modules)").split()
    assert not {"torch", "triton", "numpy"} & set(loaded)


def test_a_cpu_tensor_takes_torch():
    """Triton would only interpret it."""
    assert backend_for(torch.zeros(1)) == "torch"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_cuda_tensor_takes_triton():
    """Where it is installed, which torch's CUDA wheels see to."""
    assert backend_for(torch.zeros(1, device="cuda")) == "triton"


def test_an_unknown_backend_is_named():
    """With the three that there are."""
    with pytest.raises(ValueError, match="'cuda'; it is 'auto'"):
        backend_for(torch.zeros(1), "cuda")


def test_kernels_run_without_triton():
    """Everything but Triton itself works where it is not installed, and asking for it says so."""
    code = """
import sys
sys.modules["triton"] = None
import torch
from excerpt.kernels.segment_pool import segment_pool
print(segment_pool(torch.ones(2, 1), torch.tensor([[0, 2]])).item())
try:
    segment_pool(torch.ones(2, 1), torch.tensor([[0, 2]]), backend="triton")
except RuntimeError as error:
    print(error)
"""
    value, error = run(code).splitlines()
    assert value == "1.0"
    assert "pip install triton" in error
