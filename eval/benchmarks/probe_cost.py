"""What probing a decoder costs beside its forward pass, in memory and time, by length.

Rows of docs/results/sentinel.md.

    python eval/benchmarks/probe_cost.py memory --tokens 512 1024 2048 4096 8192
    python eval/benchmarks/probe_cost.py time --tokens 512 1024 2048 --passes plain stopped probe maps
    python eval/benchmarks/probe_cost.py plot docs/results/probe-cost.svg

The decoder has the shape of Qwen2.5-0.5B and random weights; one thread. The passes:

- plain: the base model, no language-model head, no cache;
- stopped: the same, ended where a probe ends it (behind the keys of the last layer), looking at nothing;
- probe: stopped, and every layer and head probed;
- maps: eager attention with output_attentions=True.

And look: what the probe itself computes for all layers, without a network, on queries and keys of the same shape.

Memory: a fresh process for each point; the highest resident size during one pass, once loading and a short pass before
it are over. Time: processor time of the one thread, all passes in turns in one process; medians over the rounds and
medians of the ratios to ``stopped``.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import transformers
from matplotlib import rc_context
from matplotlib.figure import Figure

from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.kernels.attention_probe import attention_probe
from excerpt.kernels.probe_plan import ProbePlan, ProbeWindow
from excerpt.models.attention.decoder.network import DecoderNetwork, read_config
from excerpt.models.attention.decoder.probing_attention import ATTENTION, LayerProbe

RESULTS = Path(__file__).parents[1] / "results" / "probe_cost.csv"
PASSES = ("plain", "stopped", "probe", "maps", "look")
SENTENCE = 25  # tokens
BEFORE, AFTER = 6, 30  # tokens of the prompt around the context
# What is freed goes back to the system, so that the peak is of what was in use.
RETURN_AT_ONCE = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
KEYS = ("what", "pass", "tokens", "layers", "dtype")


def make_checkpoint(folder: Path, layers: int) -> None:
    """Random weights in the shape of Qwen2.5-0.5B."""
    config = transformers.Qwen2Config(
        hidden_size=896, intermediate_size=4864, num_hidden_layers=layers, num_attention_heads=14,
        num_key_value_heads=2, vocab_size=151936, max_position_embeddings=32768, tie_word_embeddings=True,
    )  # fmt: skip
    transformers.Qwen2Model(config).save_pretrained(folder)


def window(tokens: int) -> ProbeWindow:
    """A prompt of so many tokens, its context in sentences of equal length."""
    starts = np.arange(BEFORE, tokens - AFTER, SENTENCE)
    bins = np.stack([starts, np.minimum(starts + SENTENCE, tokens - AFTER)], axis=1)
    return ProbeWindow(tokens, (BEFORE, tokens - AFTER), bins)


def look(tokens: int, layers: int, dtype: torch.dtype) -> None:
    """The probe's own work."""
    with torch.inference_mode():
        plan = ProbePlan.of([window(tokens)])
        both = torch.zeros((1, tokens, 16, 64), dtype=dtype).transpose(
            1, 2
        )  # numbers do not change its speed
        sums = [attention_probe(both[:, :14], both[:, 14:], plan.layout, scale=0.125) for _ in range(layers)]
        plan.pool(torch.cat(sums, dim=-1))


class Passes:
    """The four passes over made-up token ids."""

    def __init__(self, folder: Path, layers: int, dtype: str) -> None:
        torch.set_num_threads(1)
        self.layers = layers
        self.decoder = DecoderNetwork(folder, read_config(folder), layers, device="cpu", dtype=dtype)
        for weights in self.decoder.network.parameters():
            weights.data = (
                weights.data.clone()
            )  # in memory, not pages of a file that come as they are touched

    def ids(self, tokens: int) -> list[int]:
        """The same on every run."""
        return np.random.default_rng(tokens).integers(0, 150_000, tokens).tolist()

    def run(self, name: str, tokens: int) -> None:
        """One pass."""
        ids = self.ids(tokens)
        if name == "look":
            look(tokens, self.layers, self.decoder.network.dtype)
        elif name == "probe":
            self.decoder.probe([ids], ProbePlan.of([window(tokens)]))
        elif name == "stopped":
            self.decoder.run([ids], LayerProbe(self.layers), None)
        else:
            self.decoder.network.set_attn_implementation("eager" if name == "maps" else ATTENTION)
            with torch.inference_mode():
                self.decoder.network(torch.tensor([ids]), use_cache=False, output_attentions=name == "maps")
            self.decoder.network.set_attn_implementation(ATTENTION)


def resident(field: str) -> float:
    """MiB of this process: VmRSS now, VmHWM at its highest."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def point(given: argparse.Namespace) -> dict[str, str]:
    """Memory of one pass, in this process."""
    passes = Passes(given.folder, given.layers, given.dtype)
    passes.run(given.name, 64)
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # forget the highest so far
    idle = resident("VmRSS")
    passes.run(given.name, given.tokens)
    peak = resident("VmHWM")
    return {"idle_mib": f"{idle:.1f}", "peak_mib": f"{peak:.1f}", "above_idle_mib": f"{peak - idle:.1f}"}


def memory(given: argparse.Namespace, folder: Path) -> list[dict[str, str]]:
    """A process for each point."""
    rows = []
    for tokens in given.tokens:
        for name in given.passes:
            call = [
                sys.executable,
                "-P",
                __file__,
                "point",
                name,
                str(tokens),
                str(given.layers),
                given.dtype,
                str(folder),
            ]
            done = subprocess.run(
                call, check=True, stdout=subprocess.PIPE, env={**os.environ, **RETURN_AT_ONCE}
            )
            found = json.loads(done.stdout)
            rows.append({"what": "memory", "pass": name, "tokens": str(tokens), **found})
            print(rows[-1], flush=True)
    return rows


def duration(given: argparse.Namespace, folder: Path) -> list[dict[str, str]]:
    """Passes in turns."""
    passes = Passes(folder, given.layers, given.dtype)
    rows = []
    for tokens in given.tokens:
        taken: dict[str, list[float]] = {name: [] for name in given.passes}
        for name in given.passes:
            passes.run(name, 64)
        for _ in range(given.rounds):
            for name, seconds in taken.items():
                seconds.append(timed(partial(passes.run, name, tokens)))
        for name, seconds in taken.items():
            row = {"what": "time", "pass": name, "tokens": str(tokens), "rounds": str(given.rounds)}
            row |= {"cpu_seconds": f"{statistics.median(seconds):.3f}"}
            for base in ("stopped", "plain"):
                if base in taken:
                    ratios = [one / other for one, other in zip(seconds, taken[base], strict=True)]
                    row |= {f"times_{base}": f"{statistics.median(ratios):.4f}"}
                    row |= {
                        f"times_{base}_low": f"{min(ratios):.4f}",
                        f"times_{base}_high": f"{max(ratios):.4f}",
                    }
            rows.append(row)
            print(row, flush=True)
    return rows


def timed(work: Callable[[], object]) -> float:
    """Processor seconds: with one thread what it takes alone, whatever else the machine does."""
    started = time.process_time()
    work()
    return time.process_time() - started


def read_rows(path: Path) -> list[dict[str, str]]:
    """What was measured before."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def merge(path: Path, rows: list[dict[str, str]]) -> None:
    """New rows take the place of old ones of the same point."""

    def key(row: dict[str, str]) -> tuple[str, ...]:
        return tuple(row[name] for name in KEYS)

    new = {key(row) for row in rows}
    kept = [row for row in read_rows(path) if key(row) not in new]
    write_rows(
        path, sorted(kept + rows, key=lambda row: (row["what"], int(row["layers"]), int(row["tokens"])))
    )


def plot(rows: list[dict[str, str]], path: Path) -> None:
    """Memory above the loaded model, and time, by length."""
    figure = Figure(figsize=(8.2, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, what, layers, column, label in (
        (left, "memory", "24", "above_idle_mib", "peak above the loaded model, MiB"),
        (right, "time", "6", "cpu_seconds", "processor seconds, 6 layers"),
    ):
        for name in PASSES:
            points = sorted(
                (int(row["tokens"]), float(row[column]))
                for row in rows
                if (row["what"], row["pass"], row["layers"], row["dtype"]) == (what, name, layers, "bfloat16")
            )
            if points and name not in ("stopped", "look"):
                axes.plot(*zip(*points, strict=True), marker="o", markersize=4, label=name)
        axes.set(xlabel="tokens of the prompt", ylabel=label, xscale="log", yscale="log")
        axes.set_xticks([512, 1024, 2048, 4096, 8192], ["512", "1k", "2k", "4k", "8k"], minor=False)
        axes.minorticks_off()
        if axes.get_lines():
            axes.legend(fontsize="small")
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "excerpt"}):
        figure.savefig(path, metadata={"Date": None})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="what", required=True)
    for name in ("memory", "time"):
        command = commands.add_parser(name)
        command.add_argument("--tokens", type=int, nargs="+", required=True)
        command.add_argument("--layers", type=int, default=24)
        command.add_argument("--passes", nargs="+", choices=PASSES, default=["plain", "stopped", "probe"])
        command.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
        command.add_argument("--rounds", type=int, default=5)
        command.add_argument("--output", type=Path, default=RESULTS)
    drawn = commands.add_parser("plot")
    drawn.add_argument("picture", type=Path)
    one = commands.add_parser("point")
    for name, kind in (("name", str), ("tokens", int), ("layers", int), ("dtype", str), ("folder", Path)):
        one.add_argument(name, type=kind)
    return parser.parse_args()


def main() -> None:
    """Measure and write the rows."""
    given = arguments()
    if given.what == "plot":
        plot(read_rows(RESULTS), given.picture)
        return
    if given.what == "point":
        print(json.dumps(point(given)))
        return
    with tempfile.TemporaryDirectory() as place:
        make_checkpoint(Path(place), given.layers)
        rows = (memory if given.what == "memory" else duration)(given, Path(place))
    command = f"python eval/benchmarks/probe_cost.py {given.what} --tokens {' '.join(map(str, given.tokens))}"
    command += f" --layers {given.layers} --dtype {given.dtype} --passes {' '.join(given.passes)}"
    command += f" --rounds {given.rounds}" if given.what == "time" else ""
    about = provenance(command, ("torch", "transformers", "numpy"))
    data = {
        "layers": str(given.layers),
        "dtype": given.dtype,
        "data": "shape of Qwen2.5-0.5B, random weights, one thread",
    }
    merge(given.output, [{**row, **data, **about} for row in rows])


if __name__ == "__main__":
    main()
