"""Flame graphs of what users call: where the processor time of a call goes.

    python eval/benchmarks/flame_graphs.py docs/results                  all of them
    python eval/benchmarks/flame_graphs.py docs/results --only fast

A thread looks at the stacks of all others every two milliseconds and adds to each the processor time that its thread
has taken since: a native call that takes long, and a machine that is busy with other things, change nothing. So a few
lines here in the place of a package: py-spy samples by the clock and must be allowed to look into another process,
flameprof makes up the stacks from the totals of cProfile. Linux and other systems with ``pthread_getcpuclockid``.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import NamedTuple, Self
from xml.sax.saxutils import escape

from excerpt.eval.speed.measures import bundled_texts, comparisons
from excerpt.parallel.cores import limit_cores

CALLS = {
    "default, 20 passages": "flame-default.svg",
    "fast, 20 passages": "flame-fast.svg",
    "indexed, k 20": "flame-indexed.svg",
    "encoder's share of an index build": "flame-build.svg",
}
PERIOD_S = 0.002
WIDTH, ROW, MARGIN = 1200, 17, 8
LEAST = 0.004  # of the whole; narrower frames are left out
CHARACTER = 6.2  # width of one
Stack = tuple[str, ...]


def named(frame: FrameType) -> str:
    """Module and function; of what is not excerpt's the package alone."""
    module = str(frame.f_globals.get("__name__", "?"))
    if module.startswith("excerpt."):
        return f"{module.removeprefix('excerpt.')}.{frame.f_code.co_name}"
    return module.partition(".")[0]


def stack_of(frame: FrameType | None) -> Stack:
    """From the outermost call of excerpt's inwards; neighbours of one name are one."""
    names: list[str] = []
    while frame is not None:
        name = named(frame)
        if not names or names[-1] != name:
            names.append(name)
        frame = frame.f_back
    names.reverse()
    first = next((place for place, name in enumerate(names) if name.startswith(("run.", "retrievers."))), 0)
    return tuple(names[first:])


class Sampler:
    """Processor time by stack, of all threads but its own; a context manager."""

    def __init__(self) -> None:
        self.spent: Counter[Stack] = Counter()
        self._before: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        own = threading.get_ident()
        while not self._ended.wait(PERIOD_S):
            for thread, frame in sys._current_frames().items():  # noqa: SLF001 - the documented way to all stacks
                if thread != own:
                    self._add(thread, stack_of(frame))

    def _add(self, thread: int, stack: Stack) -> None:
        try:
            now = time.clock_gettime(time.pthread_getcpuclockid(thread))
        except OSError:  # it has ended
            return
        before = self._before.get(thread)
        self._before[thread] = now
        if before is not None and now > before:
            self.spent[stack] += now - before


class Box(NamedTuple):
    """A frame of the picture: ``start`` and ``width`` as shares of the whole, ``depth`` from the outside inwards."""

    name: str
    start: float
    width: float
    depth: int


def boxes(spent: Counter[Stack]) -> Iterator[Box]:
    """The frames that are wide enough to be seen."""
    whole = spent.total()

    def inside(stacks: dict[Stack, float], start: float, depth: int) -> Iterator[Box]:
        groups: dict[str, dict[Stack, float]] = {}
        for stack, seconds in stacks.items():
            if stack:
                rest = groups.setdefault(stack[0], {})
                rest[stack[1:]] = rest.get(stack[1:], 0.0) + seconds
        for name, rest in sorted(groups.items()):
            width = sum(rest.values()) / whole
            if width >= LEAST:
                yield Box(name, start, width, depth)
                yield from inside(rest, start, depth + 1)
            start += width

    yield from inside(dict(spent), 0.0, 0)


def colour(name: str) -> str:
    """The encoder's runtime stands out; excerpt's own code is apart from other packages."""
    if name.startswith("onnxruntime"):
        return "#e4572e"
    return "#f3c969" if "." in name else "#b8c4d6"


def fitted(name: str, width: float) -> str:
    """As much of a name as fits, its end first, which says most; empty where that is next to nothing."""
    room = int((width - 6) / CHARACTER)
    if len(name) <= room:
        return name
    short = name.rpartition(".")[2]
    if len(short) <= room:
        return short
    return short[: room - 1] + "…" if room >= 4 else ""


def picture(title: str, spent: Counter[Stack]) -> str:
    """The picture as SVG; the whole name and the share of a frame are its tooltip."""
    drawn = list(boxes(spent))
    height = 2 * MARGIN + 40 + ROW * (1 + max((box.depth for box in drawn), default=0))
    legend = "Width: share of the processor time. Red: ONNX Runtime. Yellow: excerpt. Blue: other packages."
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-size="10">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<g font-family="sans-serif"><text x="{MARGIN}" y="20" font-size="13">{escape(title)}</text>',
        f'<text x="{MARGIN}" y="36" fill="#555">{legend}</text></g>',
        '<g font-family="monospace">',
    ]
    for box in drawn:
        x, width = MARGIN + box.start * (WIDTH - 2 * MARGIN), box.width * (WIDTH - 2 * MARGIN)
        y = MARGIN + 40 + box.depth * ROW
        lines.append(
            f'<g><title>{escape(box.name)}: {100 * box.width:.1f} %</title><rect x="{x:.1f}" y="{y}" '
            f'width="{max(width - 0.6, 0.4):.1f}" height="{ROW - 1}" rx="1.5" fill="{colour(box.name)}"/>'
            f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(fitted(box.name, width))}</text></g>'
        )
    return "\n".join([*lines, "</g></svg>", ""])


def watch(work: Callable[[int], object], seconds: float) -> tuple[Counter[Stack], int]:
    """Calls until they have taken so much processor time; what they took it for, and how many they were."""
    work(0)
    calls = 0
    with Sampler() as sampler:
        while sampler.spent.total() < seconds:
            calls += 1
            work(calls)
    return sampler.spent, calls


def main() -> int:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--only", default="", help="calls whose name contains this")
    parser.add_argument("--seconds", type=float, default=3.0, help="processor time for each")
    options = parser.parse_args()
    limit_cores(1)
    sys.setswitchinterval(0.0005)
    with tempfile.TemporaryDirectory() as folder:
        for comparison in comparisons(bundled_texts(), Path(folder)):
            if comparison.name not in CALLS or options.only not in comparison.name:
                continue
            spent, calls = watch(comparison.work, options.seconds)
            name = comparison.name.replace(
                "encoder's share of an index build", "an index of 64 passages is built"
            )
            milliseconds = float(f"{1000 * spent.total() / calls:.3g}")
            title = f"{name}: {milliseconds:,g} ms of processor time a call, {calls} calls"
            target = options.folder / CALLS[comparison.name]
            target.write_text(picture(title, spent), encoding="utf-8")
            forward = sum(seconds for stack, seconds in spent.items() if stack[-1].startswith("onnxruntime"))
            print(f"{target}: {title}; ONNX Runtime {100 * forward / spent.total():.1f} %", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
