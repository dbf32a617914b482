"""One run of the batch command over one file or several: hands to workers, rows to files, safe every second."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from excerpt.files.batch import Done, Hand, Work, line_hands
from excerpt.files.journal import Journal
from excerpt.files.jsonl import open_lines
from excerpt.files.workers import Workers, in_order

__all__ = ["LineSource", "Piece", "Source", "run_pieces"]

_CHECKPOINT_S = 1.0


class Source(Protocol):
    """A file of records."""

    @property
    def hashed(self) -> bool:
        """Whether the journal recognises its records by their bytes, not by `settings`."""

    def settings(self) -> dict[str, Any]:
        """What tells this input from others, without reading all of it."""

    def hands(self, size: int, journal: Journal | None = None) -> Iterator[Hand]:
        """Its records, some at a time.

        Args:
            size: At most so many to a hand.
            journal: Says what was dealt with; None for nothing.
        """


@dataclass(frozen=True, slots=True)
class LineSource:
    """JSON lines.

    Args:
        path: The file, packed or not; ``-`` is standard input.
    """

    path: str
    hashed: bool = True

    def settings(self) -> dict[str, Any]:
        """Nothing: the lines themselves are compared."""
        return {}

    def hands(self, size: int, journal: Journal | None = None) -> Iterator[Hand]:
        """As for `Source`.

        Raises:
            InputError: It cannot be read, or is not the input of the run that is gone on with.
        """
        with open_lines(self.path) as lines:
            first = 1
            if journal is not None:
                while first <= journal.lines:
                    journal.skip(next(lines, b""), first)
                    first += 1
            yield from line_hands(lines, size, first=first)


@dataclass(frozen=True, slots=True)
class Piece:
    """One input file and what it becomes.

    Args:
        source: The input.
        output: Path of the output.
        pack: Makes the output of the rows; None where they are the output.
    """

    source: Source
    output: Path
    pack: Callable[[Path, Path], None] | None = None


def run_pieces(
    pieces: Sequence[Piece],
    work: Work,
    workers: Workers,
    settings: Mapping[str, Any],
    *,
    resume: bool = False,
    restart: bool = False,
) -> Iterator[tuple[Journal, Done]]:
    """Compress files one after another, with no pause between them.

    Args:
        pieces: The files.
        work: What is done with their records.
        workers: Who does it.
        settings: Everything that shapes the output.
        resume: Go on with what an earlier run left.
        restart: Begin again, whatever it left.

    Yields:
        What became of some records, as soon as it is in the file, with the file's journal. Each journal comes at least
        once; where all of a file was done before, with nothing.

    Raises:
        ExcerptError: As `Journal`, or a source, or `in_order`.
        OSError: The disk is full.
    """
    journals: list[Journal] = []

    def hands() -> Iterator[Hand]:
        for number, piece in enumerate(pieces):
            mine = {**settings, **piece.source.settings()}
            journals.append(Journal(piece.output, mine, resume=resume, restart=restart, pack=piece.pack))
            for hand in piece.source.hands(workers.hand, journals[-1]):
                yield hand._replace(file=number)

    current = 0
    safe = time.monotonic()
    try:
        for hand, done in in_order(workers, work, hands()):
            for journal in journals[current : hand.file]:
                journal.finish()
                yield journal, Done()
            current = hand.file
            journal = journals[current]
            journal.done(done, hand.data if pieces[current].source.hashed else ())
            if time.monotonic() - safe >= _CHECKPOINT_S:
                journal.checkpoint()
                safe = time.monotonic()
            yield journal, done
        for journal in journals[current:]:
            journal.finish()
            yield journal, Done()
    finally:
        for journal in journals:
            journal.close()
