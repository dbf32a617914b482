"""``excerpt compress``: questions with passages in, their excerpts out; JSON lines or Parquet."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from excerpt.calibrated.drift import Drift
from excerpt.cli.batch_plan import plan_files, plan_stdout
from excerpt.cli.options import budget_options, chain_options, check_not_input, job_of, worker_pool
from excerpt.cli.progress import progress
from excerpt.errors import InputError, StoreError
from excerpt.files.batch import Done
from excerpt.files.job import Job, prepare
from excerpt.files.journal import Journal
from excerpt.files.run import run_pieces
from excerpt.files.workers import Workers, in_order
from excerpt.presets import DEFAULT_RATIO

__all__ = ["command"]

_SOME_FAILED = 3
_STOPPED = 130


@click.command()
@click.argument("source")
@click.option(
    "-o", "--output", required=True, help="Output file (.gz is packed), folder, or - for standard output."
)
@budget_options
@chain_options
@click.option(
    "--workers", type=click.IntRange(1), help="Worker processes.  [default: 1; with --ray the cluster's CPUs]"
)
@click.option("--ray", is_flag=True, help="Workers of a Ray cluster: that of RAY_ADDRESS, or this machine.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
@click.option("--restart", is_flag=True, help="Begin again, whatever a run that was stopped has left.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    source: str,
    *,
    output: str,
    workers: int | None,
    ray: bool,
    resume: bool,
    restart: bool,
    quiet: bool,
    **options: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Compress the questions with passages in SOURCE: .jsonl, .jsonl.gz, .parquet, a folder of Parquet, or -.

    One row out for each row in, in order; JSON lines or Parquet by the name of OUTPUT. Without a budget half of the
    tokens stay. What cannot be compressed goes to OUTPUT.errors.jsonl with its line number. Exit status: 0 all
    compressed, 3 some not, 2 wrong usage, 130 stopped, 1 anything else.
    """
    job = job_of(options, ratio=DEFAULT_RATIO)
    if resume and restart:
        message = "--resume goes on and --restart begins again; give one of them"
        raise InputError(message)
    prepare(job)  # before any file is touched
    made = worker_pool(workers, ray=ray)
    if output == "-":
        failed = _to_stdout(job, source, made, resume=resume)
    else:
        totals = _to_files(job, source, output, made, _Flags(resume, restart, quiet))
        failed = totals.failed
    if failed:
        raise SystemExit(_SOME_FAILED)


def _to_stdout(job: Job, source: str, workers: Workers, *, resume: bool) -> int:
    if resume:
        message = "--resume: needs an output file, standard output cannot be gone on with"
        raise InputError(message)
    failed = 0
    drift = Drift.of(job.budget())
    given, work = plan_stdout(source, job)
    with workers:
        for _, done in in_order(workers, work, given.hands(workers.hand)):
            for promise in done.promises:
                drift.add(promise)
            sys.stdout.buffer.write(done.rows)
            sys.stderr.buffer.write(done.errors)
            failed += done.failed
    sys.stdout.buffer.flush()
    _warn(drift)
    return failed


@dataclass(frozen=True, slots=True)
class _Flags:
    resume: bool
    restart: bool
    quiet: bool


@dataclass(slots=True)
class _Totals:
    """What a run did: of its files, those of an earlier one included; and of tokens since it went on."""

    journals: list[Journal] = field(default_factory=list)
    ready: int = 0
    went_on: bool = False
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, journal: Journal, done: Done) -> None:
        if not self.journals or self.journals[-1] is not journal:
            self.journals.append(journal)
            self.went_on |= journal.lines > done.records
        self.tokens_in += done.tokens_in
        self.tokens_out += done.tokens_out

    @property
    def written(self) -> int:
        return sum(journal.written for journal in self.journals)

    @property
    def failed(self) -> int:
        return sum(journal.failed for journal in self.journals)

    @property
    def warned(self) -> int:
        return sum(journal.warned for journal in self.journals)


def _to_files(job: Job, source: str, output: str, workers: Workers, flags: _Flags) -> _Totals:
    if flags.resume and source == "-":
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
    plan = plan_files(source, output, job, settings, resume=flags.resume, restart=flags.restart)
    totals = _Totals(ready=len(plan.ready), went_on=bool(plan.ready))
    drift = Drift.of(job.budget())
    with _stoppable(source, output), workers, progress("records", quiet=flags.quiet) as bar:
        run = run_pieces(
            plan.pieces, plan.work, workers, settings, resume=flags.resume, restart=flags.restart
        )
        for journal, done in run:
            totals.add(journal, done)
            for promise in done.promises:
                drift.add(promise)
            bar.advance(done.records, f"{totals.failed} failed" if totals.failed else "")
    if not flags.quiet:
        _say(totals, source, output, time.monotonic() - started)
    _warn(drift)
    return totals


def _say(totals: _Totals, source: str, output: str, seconds: float) -> None:
    """The summary."""
    tokens = ""
    if totals.tokens_in:
        share = totals.tokens_out / totals.tokens_in
        tokens = f"; {totals.tokens_in:,} -> {totals.tokens_out:,} tokens ({share:.1%} kept)"
    since = " since it went on" if totals.went_on else ""
    click.echo(
        f"{totals.written:,} compressed, {totals.failed:,} failed{tokens} in {seconds:.1f} s{since}: {output}",
        err=True,
    )
    if totals.ready:
        click.echo(f"{totals.ready:,} files were finished before", err=True)
    if totals.warned:
        shown = "" if source == "-" else f"; excerpt explain {source} --id ID shows a record"
        click.echo(
            f"{totals.warned:,} of {totals.written:,} with warnings, which their rows have under 'warnings'{shown}",
            err=True,
        )
    for journal in totals.journals:
        if journal.failed:
            click.echo(f"what failed and why: {journal.errors}", err=True)


@contextmanager
def _stoppable(source: str, output: str) -> Iterator[None]:
    """Say what is left, and how to go on, where a run is stopped by the user or by a full disk."""
    kept = "" if source == "-" else "; the same command with --resume goes on"
    try:
        yield
    except KeyboardInterrupt as error:
        click.echo(f"\nstopped{kept}: {output}", err=True)
        raise SystemExit(_STOPPED) from error
    except OSError as error:
        if isinstance(error, InputError):
            raise
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
