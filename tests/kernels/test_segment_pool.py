"""Segment pooling: against one segment at a time, and its kernel against the reference."""

import numpy as np
import pytest
import torch
from fakes.kernel_cases import TOLERANCE, PoolCase, pool
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.kernels.segment_pool import segment_pool

CASES = st.builds(
    PoolCase,
    tokens=st.integers(0, 90),
    dim=st.sampled_from([1, 7, 32, 100]),
    segments=st.integers(0, 12),
    pool=st.sampled_from(["mean", "max", "sum"]),
    normalize=st.booleans(),
    dtype=st.sampled_from(sorted(TOLERANCE)),
    seed=st.integers(0, 999),
)
WIDE = PoolCase(tokens=70, dim=1500, segments=3, pool="mean", normalize=True)


def one_by_one(case):
    """Each segment for itself, in float64."""
    values, bounds = (part.numpy() for part in (case.inputs()[0].double(), case.inputs()[1]))
    found = np.zeros((case.segments, case.dim))
    for line, (start, end) in enumerate(bounds.clip(0, case.tokens)):
        if end > start:
            found[line] = getattr(np, case.pool)(values[start:end], axis=0)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(length == 0, 1, length) if case.normalize else found


@given(CASES)
@settings(max_examples=40, deadline=None)
def test_the_reference_equals_pooling_one_segment_at_a_time(case):
    """Overlapping, empty, backwards and outside segments too."""
    np.testing.assert_allclose(pool(case, "torch"), one_by_one(case), rtol=1e-4, atol=1e-5)


@given(case=CASES)
@settings(max_examples=15, deadline=None)
def test_the_kernel_equals_the_reference(interpreter, case):
    """In Triton's interpreter, whatever the shape."""
    np.testing.assert_allclose(
        interpreter.run(pool, case, "triton"), pool(case, "torch"), rtol=1e-4, atol=1e-5
    )


def test_a_row_wider_than_a_tile_is_pooled(interpreter):
    """Few tokens are then held at once."""
    np.testing.assert_allclose(interpreter.run(pool, WIDE, "triton"), one_by_one(WIDE), rtol=1e-4, atol=1e-5)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("pooling", ["mean", "max", "sum"])
def test_the_kernel_equals_the_reference_on_a_gpu(pooling, dtype):
    """The compiled kernel, in each data type."""
    case = PoolCase(tokens=500, dim=384, segments=90, pool=pooling, normalize=True, dtype=dtype)
    np.testing.assert_allclose(pool(case, "triton", "cuda"), pool(case, "torch"), rtol=1e-4, atol=1e-5)


def test_an_infinite_value_stays_in_its_segment():
    """A mean of minus infinity is no reason to spoil the neighbours."""
    values = torch.tensor([[1.0], [-torch.inf], [3.0]])
    found = segment_pool(values, torch.tensor([[0, 1], [1, 2], [2, 3]]))
    assert found[:, 0].tolist() == [1.0, -torch.inf, 3.0]


@pytest.mark.parametrize(
    ("values", "bounds", "pooling", "words"),
    [
        (torch.zeros(3), torch.zeros(1, 2, dtype=torch.int64), "mean", r"values \(3,\)"),
        (torch.zeros(3, 2), torch.zeros(2, 3, dtype=torch.int64), "mean", r"bounds \(2, 3\)"),
        (torch.zeros(3, 2), torch.zeros(1, 2), "mean", "bounds are torch.float32"),
        (
            torch.zeros(3, 2).double(),
            torch.zeros(1, 2, dtype=torch.int64),
            "mean",
            "values are torch.float64",
        ),
        (torch.zeros(3, 2), torch.zeros(1, 2, dtype=torch.int64), "median", "mean, max, sum"),
    ],
)
def test_a_wrong_input_is_named(values, bounds, pooling, words):
    """Shape, type or pooling."""
    with pytest.raises(ValueError, match=words):
        segment_pool(values, bounds, pool=pooling)


def test_the_kernel_compiles_without_a_gpu(monkeypatch, tmp_path):
    """Triton's compiler and its assembler accept it."""
    triton = pytest.importorskip("triton")
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from excerpt.kernels.segment_pool_triton import _segment_pool_kernel as kernel

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    sizes = {"POOL": "max", "NORMALIZE": True, "BLOCK_TOKENS": 8, "BLOCK_DIM": 512}
    types = dict.fromkeys(kernel.arg_names, "i32") | dict.fromkeys(sizes, "constexpr")
    types |= {"values_ptr": "*bf16", "bounds_ptr": "*i64", "out_ptr": "*fp32"}
    compiled = triton.compile(
        ASTSource(kernel, types, constexprs=sizes),
        target=GPUTarget("cuda", 90, 32),
        options={"enable_fp_fusion": True},
    )
    assert len(compiled.asm["cubin"]) > 0
