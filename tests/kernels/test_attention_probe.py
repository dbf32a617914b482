"""The attention probe: against dense attention, and its kernel against the reference."""

import numpy as np
import pytest
import torch
from fakes.kernel_cases import TOLERANCE, ProbeCase, probe
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.kernels.attention_probe import attention_probe
from excerpt.kernels.probe_layout import ProbeLayout


@st.composite
def cases(draw):
    """Odd lengths, grouped heads, several rows, caches, windows, padded and packed."""
    kv_heads = draw(st.integers(1, 3))
    packed = draw(st.booleans())
    rows = draw(st.integers(1, 4))
    past = 0 if packed else draw(st.integers(0, 40))
    return ProbeCase(
        lengths=tuple(draw(st.lists(st.integers(past + rows, past + 130), min_size=1, max_size=3))),
        heads=kv_heads * draw(st.integers(1, 4)),
        kv_heads=kv_heads,
        dim=draw(st.sampled_from([4, 16, 20, 40])),
        rows=rows,
        past=past,
        window=draw(st.none() | st.integers(1, 60)),
        packed=packed,
        dtype=draw(st.sampled_from(sorted(TOLERANCE))),
        seed=draw(st.integers(0, 999)),
    )


EXTREMES = {
    "logits of many thousands": ProbeCase(scale=5000.0),
    "more rows and heads than one tile holds": ProbeCase(lengths=(80,), heads=14, kv_heads=2, rows=11, dim=8),
    "one token": ProbeCase(lengths=(1,)),
    "heads of 128": ProbeCase(lengths=(70,), heads=2, kv_heads=1, dim=128, dtype="bfloat16"),
    "heads of 80": ProbeCase(lengths=(65,), heads=2, kv_heads=2, dim=80),
    "a window that ends before most segments": ProbeCase(lengths=(200, 9), window=5),
    "half precision, strong": ProbeCase(scale=50.0, dtype="float16"),
}


def dense(case):
    """The same from the whole map of logits."""
    query, key, layout = (part.float() if isinstance(part, torch.Tensor) else part for part in case.inputs())
    query = torch.nn.functional.pad(query, (0, 0, case.past, 0))  # queries and keys now count alike
    logits = query @ key.repeat_interleave(case.heads // case.kv_heads, dim=1).mT * case.scale
    distance = torch.arange(key.shape[2])[:, None] - torch.arange(key.shape[2])
    seen = (distance >= 0) & (distance < (case.window or 10**6))
    logits = logits.masked_fill(~seen, float("-inf"))
    lines = []
    for sequence, start, end in layout.table.tolist():
        rows = layout.rows[sequence].long() + case.past
        part = logits[0 if case.packed else sequence][:, rows, start:end]
        lines.append(part.logsumexp(dim=-1).T if end > start else torch.full(part.shape[:2], -torch.inf).T)
    return torch.stack(lines).numpy()


def same(found, expected, case):
    size = 1 + np.abs(np.where(np.isfinite(expected), expected, 0)).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[case.dtype] * size)


@given(cases())
@settings(max_examples=30, deadline=None)
def test_the_reference_equals_dense_attention(case):
    """Segment by segment, the log of the summed exponentials of the map nobody wants to store."""
    same(probe(case, "torch"), dense(case), case)


@given(case=cases())
@settings(max_examples=15, deadline=None)
def test_the_kernel_equals_the_reference(interpreter, case):
    """In Triton's interpreter, whatever the shape."""
    same(interpreter.run(probe, case, "triton"), probe(case, "torch"), case)


@pytest.mark.parametrize("name", EXTREMES)
def test_the_kernel_equals_the_reference_at_the_extremes(interpreter, name):
    """Tiles that are nearly empty, overfull or of enormous numbers."""
    same(interpreter.run(probe, EXTREMES[name], "triton"), probe(EXTREMES[name], "torch"), EXTREMES[name])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", EXTREMES)
def test_the_kernel_equals_the_reference_on_a_gpu(name, dtype):
    """The compiled kernel, in each data type."""
    case = ProbeCase(**{**vars(EXTREMES[name]), "dtype": dtype})
    same(probe(case, "triton", "cuda"), probe(case, "torch"), case)


def test_a_segment_that_no_row_sees_is_minus_infinity(interpreter):
    """Not a number of its own, and no NaN."""
    case = ProbeCase(lengths=(130,), window=3)
    found = interpreter.run(probe, case, "triton")
    assert np.isneginf(found[0]).all()
    assert not np.isnan(found).any()


def test_a_packed_batch_equals_a_padded_one():
    """Sequences one behind the other do not see one another."""
    query, key, layout = ProbeCase(lengths=(20, 31), rows=2).inputs()
    packed = [torch.cat([part[0, :, :20], part[1, :, :31]], dim=1)[None] for part in (query, key)]
    shift = np.array([0, 20])
    sequence = layout.table[:, 0].numpy()
    table = layout.table.numpy() + np.stack([0 * sequence, shift[sequence], shift[sequence]], axis=1)
    moved = ProbeLayout.of(layout.rows.numpy() + shift[:, None], table)
    padded = attention_probe(query, key, layout, scale=0.1)
    torch.testing.assert_close(attention_probe(*packed, moved, scale=0.1), padded)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (((1, 4, 9), (1, 2, 9, 8)), "four axes"),
        (((1, 4, 9, 8), (1, 2, 9, 16)), "agree in their first and last axis"),
        (((1, 4, 9, 8), (1, 3, 9, 8)), "multiple of the number of key heads"),
        (((1, 4, 9, 8), (1, 2, 8, 8)), "as many keys as queries"),
        (((3, 4, 9, 8), (3, 2, 9, 8)), "the layout has 1 sequences"),
        (((1, 4, 5, 8), (1, 2, 9, 8)), "reaches to query 8"),
    ],
)
def test_a_wrong_shape_is_named(shapes, words):
    """With the shapes that were given."""
    layout = ProbeLayout.of(np.array([[8]]), np.array([[0, 0, 9]]))
    query, key = (torch.zeros(shape) for shape in shapes)
    with pytest.raises(ValueError, match=words) as caught:
        attention_probe(query, key, layout, scale=1.0)
    assert str(shapes[0]) in str(caught.value)


def test_integers_and_mixed_types_are_refused():
    """A probe of mixed types would silently read one of them in the wrong precision."""
    layout = ProbeLayout.of(np.array([[8]]), np.array([[0, 0, 9]]))
    with pytest.raises(ValueError, match=r"float32 and torch\.bfloat16"):
        attention_probe(
            torch.zeros(1, 2, 9, 4), torch.zeros(1, 2, 9, 4, dtype=torch.bfloat16), layout, scale=1
        )


@pytest.mark.parametrize(("capability", "dtype"), [(80, "bf16"), (90, "fp16"), (90, "fp32")])
def test_the_kernel_compiles_without_a_gpu(capability, dtype, monkeypatch, tmp_path):
    """Triton's compiler and its assembler accept it for Ampere and Hopper."""
    triton = pytest.importorskip("triton")
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from excerpt.kernels.attention_probe_triton import _attention_probe_kernel as kernel

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    sizes = {"BLOCK_QUERIES": 16, "BLOCK_TOKENS": 64, "BLOCK_DIM": 64, "WIDEN": False}
    types = dict.fromkeys(kernel.arg_names, "i32") | dict.fromkeys(sizes, "constexpr") | {"scale": "fp32"}
    types |= {"query_ptr": f"*{dtype}", "key_ptr": f"*{dtype}", "out_ptr": "*fp32"}
    types |= {"rows_ptr": "*i32", "table_ptr": "*i32"}
    source = ASTSource(kernel, types, constexprs=sizes)
    compiled = triton.compile(
        source, target=GPUTarget("cuda", capability, 32), options={"enable_fp_fusion": True}
    )
    assert len(compiled.asm["cubin"]) > 0
