"""``excerpt compress``: a JSONL file in, a JSONL file out."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from excerpt.calibrated.drift import Drift
from excerpt.cli.options import budget_options, chain_options, check_not_input, job_of
from excerpt.cli.progress import progress
from excerpt.errors import InputError, StoreError
from excerpt.files.batch import Job, numbered, prepare, run
from excerpt.files.journal import Journal
from excerpt.files.jsonl import open_lines

__all__ = ["command"]

_CHECKPOINT_S = 1.0
_SOME_FAILED = 3


@click.command()
@click.argument("source")
@click.option("-o", "--output", required=True, help="Output file (.gz is packed), or - for standard output.")
@budget_options
@chain_options
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Worker processes.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    source: str,
    *,
    output: str,
    workers: int,
    resume: bool,
    quiet: bool,
    **options: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Compress the questions with passages in SOURCE (.jsonl, .jsonl.gz or - for standard input).

    One line out for each line in, in order. What cannot be read goes to OUTPUT.errors.jsonl with its
    line number. Exit status: 0 all compressed, 3 some not, 2 wrong usage, 1 anything else.
    """
    job = job_of(options)
    if job.budget() is None:
        message = "budget: give --budget TOKENS or --ratio SHARE, or --budget calibrated:POLICY.json"
        raise InputError(message)
    prepare(job)  # before any file is touched
    if output == "-":
        failed = _to_stdout(job, source, workers, resume=resume)
    else:
        failed = _to_file(job, source, Path(output), workers, resume=resume, quiet=quiet)
    if failed:
        raise SystemExit(_SOME_FAILED)


def _to_stdout(job: Job, source: str, workers: int, *, resume: bool) -> int:
    if resume:
        message = "--resume: needs an output file, standard output cannot be gone on with"
        raise InputError(message)
    failed = 0
    drift = Drift.of(job.budget())
    with open_lines(source) as lines:
        for done in run(job, numbered(lines, lambda _line, _number: False), workers=workers):
            drift.add(done.promise)
            if done.row is not None:
                sys.stdout.buffer.write(done.row)
            if done.error is not None:
                sys.stderr.buffer.write(done.error)
                failed += 1
    sys.stdout.buffer.flush()
    _warn(drift)
    return failed


def _to_file(job: Job, source: str, output: Path, workers: int, *, resume: bool, quiet: bool) -> int:
    if resume and source == "-":
        message = "--resume: standard input cannot be read again; give a file"
        raise InputError(message)
    check_not_input(output, source)
    settings = {
        "budget": job.tokens,
        "ratio": job.ratio,
        "tokenizer": str(job.tokenizer),
        "chain": _text_of(job.chain),
        "template": job.template,
        "policy": None if job.policy is None else Path(job.policy).read_text(encoding="utf-8"),
        "group": job.group,
    }
    started = time.monotonic()
    tokens_in = tokens_out = 0
    drift = Drift.of(job.budget())
    with _stoppable(source, output), open_lines(source) as lines, progress("records", quiet=quiet) as bar:
        journal = Journal(output, settings, resume=resume)
        gone_on = journal.lines > 0
        try:
            last = time.monotonic()
            for done in run(job, numbered(lines, journal.skip), workers=workers):
                journal.done(done.line, done.number, done.row, done.error)
                drift.add(done.promise)
                tokens_in += done.tokens_in
                tokens_out += done.tokens_out
                if time.monotonic() - last >= _CHECKPOINT_S:
                    journal.checkpoint()
                    last = time.monotonic()
                bar.advance(1, f"{journal.failed} failed" if journal.failed else "")
            journal.finish()
        finally:
            journal.close()
    if not quiet:
        share = tokens_out / tokens_in if tokens_in else 1.0
        since = " since it went on" if gone_on else ""
        click.echo(
            f"{journal.written:,} compressed, {journal.failed:,} failed; {tokens_in:,} -> {tokens_out:,} tokens "
            f"({share:.1%} kept) in {time.monotonic() - started:.1f} s{since}: {output}",
            err=True,
        )
        if journal.failed:
            click.echo(f"what failed and why: {journal.errors}", err=True)
    _warn(drift)
    return journal.failed


@contextmanager
def _stoppable(source: str, output: Path) -> Iterator[None]:
    """Say what is left, and how to go on, where a run is stopped by the user or by a full disk."""
    kept = "" if source == "-" else "; the same command with --resume goes on"
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"\nstopped{kept}: {output}", err=True)
        raise
    except OSError as error:
        message = f"output: {output}: {error.strerror or error}{kept}"
        raise StoreError(message) from error


def _warn(drift: Drift) -> None:
    """Say where the promise of a calibrated budget does not hold, quiet or not."""
    for warning in drift.warnings():
        click.echo(warning, err=True)


def _text_of(chain: str) -> str:
    """The chain's name, or its file's text: an edited file is another chain."""
    path = Path(chain)
    return path.read_text(encoding="utf-8") if chain.endswith(".toml") and path.is_file() else chain
