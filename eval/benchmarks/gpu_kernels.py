"""The GPU kernels against plain torch and against attention maps, at the shapes of a 0.5B decoder. Needs CUDA.

    python eval/benchmarks/gpu_kernels.py --tokens 1024 2048 4096 8192 16384 32768

Random weights and random inputs: no checkpoint is needed. For each length:

- attention_probe, one layer (14 query heads, 2 key heads, head dim 64, sentences of 25 tokens): the torch reference
  on the GPU and the Triton kernel;
- segment_pool of as many token rows of 384 into sentences: reference and kernel;
- the whole pass of a decoder in the shape of Qwen2.5-0.5B: plain, stopped where a probe stops it, probed through the
  kernel, probed through the reference, and with output_attentions=True as far as the maps fit in half of the memory.

Times are medians over rounds in which the ways take turns, after one round that compiles; memory is torch's peak.
(The file is not called kernels.py: transformers looks for a package of that name.)
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from probe_cost import make_checkpoint, window

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.kernels.attention_probe import attention_probe
from excerpt.kernels.backend import Backend
from excerpt.kernels.probe_plan import ProbePlan
from excerpt.kernels.segment_pool import segment_pool
from excerpt.models.attention.decoder.network import DecoderNetwork, read_config
from excerpt.models.attention.decoder.probing_attention import ATTENTION, LayerProbe

RESULTS = Path(__file__).parents[1] / "results" / "gpu_kernels.csv"
Ways = dict[str, Callable[[], object]]


def probe_ways(tokens: int, dtype: torch.dtype) -> Ways:
    """One layer of the probe."""
    plan = ProbePlan.of([window(tokens)], device="cuda")
    query = torch.randn((1, 14, tokens, 64), device="cuda", dtype=dtype)
    key = torch.randn((1, 2, tokens, 64), device="cuda", dtype=dtype)
    call = partial(attention_probe, query, key, plan.layout, scale=0.125)
    return {"reference": partial(call, backend="torch"), "kernel": partial(call, backend="triton")}


def pool_ways(tokens: int, dtype: torch.dtype) -> Ways:
    """Sentence vectors from token rows."""
    values = torch.randn((tokens, 384), device="cuda", dtype=dtype)
    bounds = torch.from_numpy(window(tokens).bins).to("cuda")
    call = partial(segment_pool, values, bounds, pool="mean", normalize=True)
    return {"reference": partial(call, backend="torch"), "kernel": partial(call, backend="triton")}


def pass_ways(network: DecoderNetwork, tokens: int, layers: int) -> Ways:
    """A whole forward pass."""
    ids = np.random.default_rng(tokens).integers(0, 150_000, tokens).tolist()
    ways: Ways = {
        "plain": partial(full, network, ids, "sdpa"),
        "stopped": lambda: network.run([ids], LayerProbe(layers), None),
        "kernel": partial(probed, network, ids, layers, "triton"),
        "reference": partial(probed, network, ids, layers, "torch"),
    }
    maps = 14 * tokens**2 * 2 * (layers + 4)  # bytes; the last few are eager attention's own copies
    if maps < torch.cuda.mem_get_info()[1] / 2:
        ways["output_attentions"] = partial(full, network, ids, "eager")
    return ways


def probed(network: DecoderNetwork, ids: list[int], layers: int, backend: Backend) -> None:
    """A probe pass, features included."""
    probe = LayerProbe(layers, ProbePlan.of([window(len(ids))], device="cuda"), backend=backend)
    network.run([ids], probe, None)
    probe.features()


def full(network: DecoderNetwork, ids: list[int], attention: str) -> None:
    """The library's own forward pass of the base model."""
    network.network.set_attn_implementation(attention)
    with torch.inference_mode():
        placed = torch.tensor([ids], device="cuda")
        network.network(placed, use_cache=False, output_attentions=attention == "eager")
    network.network.set_attn_implementation(ATTENTION)


def milliseconds(work: Callable[[], object]) -> float:
    """On the GPU's own clock."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    work()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end))


def measure(what: str, tokens: int, ways: Ways, rounds: int, base: str) -> list[dict[str, str]]:
    """All ways in turns; the first round compiles and is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    peaks = dict.fromkeys(ways, 0)
    for turn in range(rounds + 1):
        for name, work in ways.items():
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            spent = milliseconds(work)
            peaks[name] = torch.cuda.max_memory_allocated() - before
            if turn:
                taken[name].append(spent)
    rows = []
    for name, spent in taken.items():
        ratio = statistics.median(one / other for one, other in zip(spent, taken[base], strict=True))
        row = {
            "what": what,
            "way": name,
            "tokens": str(tokens),
            "milliseconds": f"{statistics.median(spent):.4f}",
        }
        row |= {
            f"times_{base}": f"{ratio:.4f}",
            "peak_mib": f"{peaks[name] / 2**20:.1f}",
            "rounds": str(rounds),
        }
        rows.append(row)
        print(row, flush=True)
    return rows


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokens", type=int, nargs="+", default=[1024, 2048, 4096, 8192, 16384, 32768])
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float16", "float32"])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


def main() -> None:
    """Measure and write the rows."""
    given = arguments()
    if not torch.cuda.is_available():
        sys.exit("no CUDA device: the kernels are timed on a GPU only (their tests run without one)")
    dtype = getattr(torch, given.dtype)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        make_checkpoint(Path(place), given.layers)
        config = read_config(Path(place))
        network = DecoderNetwork(Path(place), config, given.layers, device="cuda", dtype=given.dtype)
    for tokens in given.tokens:
        rows += measure("attention_probe", tokens, probe_ways(tokens, dtype), given.rounds, "reference")
        rows += measure("segment_pool", tokens, pool_ways(tokens, dtype), given.rounds, "reference")
        rows += measure(
            "forward pass", tokens, pass_ways(network, tokens, given.layers), given.rounds, "stopped"
        )
    command = f"python eval/benchmarks/gpu_kernels.py --tokens {' '.join(map(str, given.tokens))}"
    command += f" --layers {given.layers} --dtype {given.dtype} --rounds {given.rounds}"
    about = provenance(command, ("torch", "triton", "transformers"))
    about["hardware"] = torch.cuda.get_device_name()
    write_rows(
        given.output, [{**row, "dtype": given.dtype, "layers": str(given.layers), **about} for row in rows]
    )


if __name__ == "__main__":
    main()
