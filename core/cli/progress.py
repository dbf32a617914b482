"""ProgressBar on standard error: a bar on a terminal, a plain line every few seconds elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

__all__ = ["ProgressBar", "progress"]

_EVERY_S = 10.0


class ProgressBar(Protocol):
    """What shows how work goes on: advanced after each piece of it."""

    def advance(self, steps: int, note: str = "") -> None:
        """So many more steps are done; ``note`` is shown beside the count."""

    def expect(self, total: int) -> None:
        """So many there will be, which was not known before."""


class _Plain:
    def __init__(self, what: str, total: int | None) -> None:
        self.what, self.total, self.done, self.started = what, total, 0, time.monotonic()
        self.said = self.started

    def advance(self, steps: int, note: str = "") -> None:
        self.done += steps
        now = time.monotonic()
        if now - self.said >= _EVERY_S:
            self.said = now
            rate = self.done / (now - self.started)
            left = ""
            if self.total and self.done:
                seconds = max(0, self.total - self.done) / rate
                left = f" of {self.total:,}, about {seconds // 60:.0f} min {seconds % 60:.0f} s left"
            line = f"{self.what}: {self.done:,}{left} ({_rate(rate)}) {note}"
            print(line.rstrip(), file=sys.stderr, flush=True)

    def expect(self, total: int) -> None:
        self.total = total


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}/s" if per_second >= 10 else f"{per_second:.2g}/s"


@contextmanager
def progress(what: str, *, total: int | None = None, quiet: bool = False) -> Iterator[ProgressBar]:
    """Show how work goes on.

    Args:
        what: What is being counted, such as ``"records"``.
        total: How many there will be; None when that is not known.
        quiet: Show nothing.
    """
    if quiet or not sys.stderr.isatty():
        plain = _Plain(what, total)
        if quiet:
            plain.said = float("inf")
        yield plain
        return
    from rich import progress as bars  # only a terminal pays for it
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
        _speed(),
        bars.TextColumn("{task.fields[note]}"),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, note="")

        class _Bar:
            def advance(self, steps: int, note: str = "") -> None:
                bar.update(task, advance=steps, note=note)

            def expect(self, total: int) -> None:
                bar.update(task, total=total)

        yield _Bar()


def _speed() -> Any:  # noqa: ANN401 - rich is imported where it is used
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class _Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text("" if task.speed is None else _rate(task.speed))

    return _Speed()
