"""Tests of excerpt.cli.progress and of how the steps of an index are shown on it."""

import io
import sys

import pytest

from excerpt.cli import progress as module
from excerpt.cli.index.options import Steps
from excerpt.cli.progress import progress


class Terminal(io.StringIO):
    """What looks like one."""

    def isatty(self) -> bool:
        """It does."""
        return True


class Bar:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0

    def advance(self, steps: int, note: str = "") -> None:
        """Count."""
        self.done += steps

    def expect(self, total: int) -> None:
        """Note."""
        self.total = total


def test_a_plain_line_has_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rate below one a second is not shown as none; a total may come later."""
    seconds = iter([0.0, 20.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(seconds))
    with progress("passages") as bar:
        bar.expect(16)
        bar.advance(4)
    assert capsys.readouterr().err == "passages: 4 of 16, about 1 min 0 s left (0.2/s)\n"


def test_a_terminal_shows_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the count and the time that is left."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("passages", total=8) as bar:
        for _ in range(8):
            bar.advance(1)
    assert "8/8" in terminal.getvalue()
    assert "/s" in terminal.getvalue()


def test_passages_that_are_only_copied_are_not_counted() -> None:
    """They would make the rest look faster than it is."""
    bar = Bar()
    steps = Steps(bar, before=100)
    for done in (60, 100, 130):
        steps("passages", done, 150)
    assert (bar.done, bar.total) == (30, 50)
