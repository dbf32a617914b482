"""The forward pass's share of an index build, and how the memory of a build grows.

    python eval/benchmarks/index_build_share.py --rows eval/results/index_build_share.csv

``share`` is the bare encoder over the same passages (135 tokens each) over a build with the default features, which
take turns: processor time of all threads, and with ``--clock`` seconds on every core too, which needs a machine that
does nothing else. ``memory`` is the most that a process takes while it builds an index of passages of 24 tokens.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from excerpt.compressors.scorers.evidence import EvidenceScore, load_ranker
from excerpt.eval.provenance import provenance
from excerpt.eval.speed.measures import bundled_texts
from excerpt.eval.table import merged_rows, write_rows
from excerpt.models import load_encoder
from excerpt.retrievers import Index
from excerpt.retrievers.build.sources import Feature
from excerpt.values.types import Passage

TURNS = 3
BUILD = """
import sys, tempfile
from pathlib import Path
from excerpt.eval.speed.texts import passages
from excerpt.models import load_encoder
from excerpt.retrievers import Index
from excerpt.retrievers.build.sources import DEFAULT_FEATURES
def most():  # getrusage would say what the parent took before this process was its own
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
count = load_encoder(threads=1).tokenizer.count
made = passages(lambda word: int(count([word])[0]) - 2, int(sys.argv[1]), 24)
print(most())
with tempfile.TemporaryDirectory() as folder:
    Index.build(iter(made), Path(folder, "index"), features=DEFAULT_FEATURES)
print(most())
"""
Figures = Iterator[tuple[str, int, float, str]]


def spent(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of a clock."""
    started = clock()
    work()
    return clock() - started


def share(passages: Sequence[Passage], threads: int | None, clock: Callable[[], float]) -> float:
    """The bare pass over the build, the median of turns; neither knows a text from before."""
    texts = [passage.titled_text for passage in passages]
    found = []
    for _ in range(TURNS):
        bare, encoder = load_encoder(threads=threads), load_encoder(threads=threads)
        bare.encode(["A sentence."])
        ranked = EvidenceScore(encoder, load_ranker("evidence-ranker"))  # which reads by the same encoder
        features: list[Feature] = ["records", "guards", "tokens", ranked]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "index")
            Index.build(passages[:1], path, encoder=encoder, features=features)
            base = spent(lambda: bare.encode(texts), clock)  # noqa: B023 - called at once
            whole = spent(
                lambda: Index.build(passages, path, encoder=encoder, features=features),  # noqa: B023 - as above
                clock,
            )
        found.append(base / whole)
    return statistics.median(found)


def shares(counts: Sequence[int], *, clock: bool) -> Figures:
    """Rows of shares."""
    passages = bundled_texts().passages
    for count in counts:
        value = share(passages[:count], 1, time.process_time)
        yield "share of the forward pass", count, value, "of processor time, the encoder on one thread"
        if clock:
            value = share(passages[:count], None, time.perf_counter)
            yield "share of the forward pass", count, value, "of the clock, every core"


def memory(counts: Sequence[int]) -> Figures:
    """Rows of memory, each of a process of its own."""
    for count in counts:
        call = [sys.executable, "-P", "-c", BUILD, str(count)]
        before, most = map(
            float, subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()
        )
        yield "memory before a build, with its passages", count, before, "MiB"
        yield "memory of a build at most", count, most, "MiB"


def main() -> int:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--passages", type=int, nargs="*", default=[64], help="for the shares; 400 at most")
    parser.add_argument("--memory", type=int, nargs="*", default=[1_000, 10_000], help="passages of builds")
    parser.add_argument("--clock", action="store_true", help="shares by the clock too")
    parser.add_argument("--rows", type=Path, required=True)
    options = parser.parse_args()
    about = provenance(
        "python eval/benchmarks/index_build_share.py --rows ROWS",
        ("onnxruntime", "numpy", "tokenizers", "pyarrow"),
    )
    rows = []
    for figures in (shares(options.passages, clock=options.clock), memory(options.memory)):
        for what, passages, value, unit in figures:
            rows.append(
                {"what": what, "passages": str(passages), "value": f"{value:.4g}", "unit": unit, **about}
            )
            print(what, passages, f"{value:.4g}", unit, flush=True)
    write_rows(options.rows, merged_rows(options.rows, rows, ("what", "passages", "unit")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
