"""Labels by a teacher model: LLMLingua-2's data pipeline (Pan et al. 2024, section 3).

chunks -> compressions by the teacher -> word labels by the sliding window -> filters -> JSONL for
``excerpt train token-classifier``. The filters drop the chunks whose compression has the most made-up
words (variation rate), then, of those left, the ones that were aligned worst (alignment gap).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TypeAlias

from excerpt.errors import InputError, ModelError
from excerpt.files.atomic import write_atomic
from excerpt.files.jsonl import dump
from excerpt.models.generation.endpoint import NoAnswer
from excerpt.models.training.distill.answers import Answers
from excerpt.models.training.distill.chunks import Chunk
from excerpt.models.training.distill.endpoint import Teacher
from excerpt.models.training.distill.window_labels import PAPER_WINDOW, Alignment, NormalForms, Split, align

__all__ = ["Distilled", "LabelCounts", "Labelling", "Paths", "ask", "worst", "write_labels"]

_GIVE_UP = 20
_Answer: TypeAlias = tuple[Chunk, str | NoAnswer | None]


@dataclass(frozen=True, slots=True)
class Labelling:
    """How answers become labels.

    Args:
        split: Cuts a text into words.
        forms: What words are compared by; None for `simple_forms`.
        window: How far a word is looked for.
        drop_variation: Share of the chunks to drop for their variation rate. The paper's; its script has 0.10.
        drop_gap: Share of the rest to drop for their alignment gap.
    """

    split: Split
    forms: NormalForms | None = None
    window: int = PAPER_WINDOW
    drop_variation: float = 0.05
    drop_gap: float = 0.10


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of a run.

    Args:
        output: The labelled chunks.
    """

    output: Path

    @property
    def answers(self) -> Path:
        """Every answer, to go on from and to label again."""
        return self.output.with_name(f"{self.output.name}.answers.jsonl")

    @property
    def errors(self) -> Path:
        """The chunks without a usable answer, and why."""
        return self.output.with_name(f"{self.output.name}.errors.jsonl")

    @property
    def report(self) -> Path:
        """The counts."""
        return self.output.with_name(f"{self.output.name}.report.json")


@dataclass(frozen=True, slots=True)
class Distilled:
    """A chunk with its labels."""

    chunk: Chunk
    compression: str
    alignment: Alignment

    def row(self) -> bytes:
        """One line of the output."""
        alignment = self.alignment
        return dump(
            {
                "id": self.chunk.id,
                "source": self.chunk.text,
                "compression": self.compression,
                "marks": [list(mark) for mark in alignment.marks],
                "variation_rate": round(alignment.variation_rate, 6),
                "alignment_gap": round(alignment.alignment_gap, 6),
            }
        )


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """What became of the chunks.

    Args:
        chunks: Distinct chunks read.
        failed: Without a usable answer.
        dropped_variation: Dropped for words that the text does not have.
        dropped_gap: Dropped because labels and compression disagree.
        written: Rows of the output.
        kept_words: Mean share of words labelled keep, of the rows written.
        variation_rate: Mean of the rows written.
        alignment_gap: Mean of the rows written.
    """

    chunks: int
    failed: int
    dropped_variation: int
    dropped_gap: int
    written: int
    kept_words: float
    variation_rate: float
    alignment_gap: float


def ask(
    chunks: Sequence[Chunk],
    answers: Answers,
    teacher: Teacher,
    *,
    workers: int = 4,
    progress: Callable[[int, str], None] | None = None,
) -> dict[str, str]:
    """Have every chunk compressed that is not known yet.

    Args:
        chunks: What to ask about.
        answers: Where answers are kept.
        teacher: Whom to ask.
        workers: Questions under way at a time.
        progress: Called after each chunk, known ones included, with 1 and a note.

    Returns:
        Why a chunk failed, by its id.

    Raises:
        ModelError: The endpoint refuses, or 20 chunks in a row failed. Answers so far are kept.
    """
    report = progress or (lambda _steps, _note: None)
    failed: dict[str, str] = {}
    in_a_row = 0
    for chunk, answer in _answers(chunks, answers, teacher, workers):
        if isinstance(answer, NoAnswer):
            failed[chunk.id] = str(answer)
            in_a_row += 1
            if in_a_row == _GIVE_UP:
                message = (
                    f"endpoint: {in_a_row} chunks in a row failed, the last with: {answer}. "
                    "What was answered is kept: go on with --resume"
                )
                raise ModelError(message) from answer
        elif answer is not None:
            in_a_row = 0
            answers.add(chunk.text, answer)
        report(1, f"{len(failed)} failed" if failed else "")
    return failed


def _answers(chunks: Sequence[Chunk], answers: Answers, teacher: Teacher, workers: int) -> Iterator[_Answer]:
    """Each chunk as it is done, with None for what was known before."""
    under_way: dict[Future[str], Chunk] = {}
    pool = ThreadPoolExecutor(workers, thread_name_prefix="distill")
    try:
        for chunk in chunks:
            if answers.get(chunk.text) is not None:
                yield chunk, None
                continue
            under_way[pool.submit(teacher.compress, chunk.text)] = chunk
            if len(under_way) >= 2 * workers:
                yield from _done(under_way)
        while under_way:
            yield from _done(under_way)
    finally:
        pool.shutdown(cancel_futures=True)


def _done(under_way: dict[Future[str], Chunk]) -> Iterator[_Answer]:
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        chunk = under_way.pop(future)
        error = future.exception()
        if error is not None and not isinstance(error, NoAnswer):
            raise error
        yield chunk, future.result() if error is None else error


def write_labels(
    chunks: Sequence[Chunk], answers: Answers, failed: dict[str, str], paths: Paths, labelling: Labelling
) -> LabelCounts:
    """Label, filter and write; in the order of the chunks, whole or not at all.

    Args:
        chunks: All chunks.
        answers: Their answers.
        failed: Why some have none.
        paths: Where to write.
        labelling: How.

    Raises:
        InputError: No chunk has an answer, or a share is not in 0 to 1.
    """
    rows = []
    for chunk in chunks:
        compression = answers.get(chunk.text)
        if compression is not None:
            alignment = align(
                chunk.text, compression, labelling.split, forms=labelling.forms, window=labelling.window
            )
            rows.append(Distilled(chunk, compression, alignment))
    if not rows:
        message = f"{paths.errors}: none of {len(chunks)} chunks has an answer"
        _replace(paths.errors, _error_rows(failed))
        raise InputError(message)
    kept, dropped_variation = worst(rows, lambda row: row.alignment.variation_rate, labelling.drop_variation)
    kept, dropped_gap = worst(kept, lambda row: row.alignment.alignment_gap, labelling.drop_gap)
    counts = LabelCounts(
        len(chunks),
        len(failed),
        len(dropped_variation),
        len(dropped_gap),
        len(kept),
        fmean(row.alignment.kept for row in kept),
        fmean(row.alignment.variation_rate for row in kept),
        fmean(row.alignment.alignment_gap for row in kept),
    )
    _replace(paths.output, b"".join(row.row() for row in kept))
    _replace(paths.errors, _error_rows(failed))
    _replace(paths.report, (json.dumps(asdict(counts), indent=1) + "\n").encode())
    return counts


def worst(
    rows: Sequence[Distilled], fault: Callable[[Distilled], float], share: float
) -> tuple[list[Distilled], list[Distilled]]:
    """Split off the rows with the largest fault.

    The script compares with a percentile, which drops every row when most have no fault at all. Here
    exactly ``floor(share * rows)`` go, later ones first among equals, and none without a fault.

    Args:
        rows: In order.
        fault: The measure, 0 for none.
        share: 0 to below 1.

    Returns:
        The rows that stay and those that go, each in order.

    Raises:
        InputError: ``share`` is out of range.
    """
    if not 0 <= share < 1:
        message = f"the share to drop must be at least 0 and below 1, got {share}"
        raise InputError(message)
    by_fault = sorted(range(len(rows)), key=lambda index: (-fault(rows[index]), -index))
    gone = {index for index in by_fault[: int(share * len(rows))] if fault(rows[index]) > 0}
    stay = [row for index, row in enumerate(rows) if index not in gone]
    return stay, [rows[index] for index in sorted(gone)]


def _error_rows(failed: dict[str, str]) -> bytes:
    return b"".join(dump({"id": name, "error": reason}) for name, reason in failed.items())


def _replace(path: Path, content: bytes) -> None:
    """Write a whole file or leave the old one; no file for no content."""
    if not content:
        path.unlink(missing_ok=True)
        return
    write_atomic(path, content)
