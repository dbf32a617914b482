"""Compress a JSONL file: constant memory, input order, any number of worker processes."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import IO, NamedTuple

from excerpt.budget import Budget
from excerpt.chain import Chain
from excerpt.errors import ConfigError, ExcerptError, InputError, MissingExtraError
from excerpt.files.jsonl import dump
from excerpt.files.records import parse_record
from excerpt.presets import load_chain
from excerpt.tokens import TokenizerLike, resolve_tokenizer
from excerpt.values.report import Promise

__all__ = ["Done", "Job", "numbered", "prepare", "run", "tools"]

# Lines a worker is handed at once, and how many such hands are kept full for each worker.
_HAND = 8
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with every record. Travels to worker processes, so it holds names only.

    Args:
        chain: A preset's name or a TOML file's path.
        tokens: Budget in tokens, or a cap beside a policy; None for none.
        ratio: Budget as the share kept.
        tokenizer: The reader's tokenizer, by name.
        template: Replaces the chain's template where given.
        policy: Path of a calibrated policy, which then is the budget.
        group: Of a policy calibrated by groups; None for what each record says.
    """

    chain: str = "default"
    tokens: int | None = None
    ratio: float | None = None
    tokenizer: TokenizerLike = "bundled"
    template: str | None = None
    policy: str | None = None
    group: str | None = None

    def budget(self) -> Budget | None:
        """The budget; None when neither tokens nor ratio nor a policy is given.

        Raises:
            BudgetError: Tokens and a ratio are given, a group without a policy, or a number is out of range.
            PolicyError: The policy cannot be read, was changed, or promises nothing for the group.
        """
        if self.policy is not None:
            return replace(
                Budget.calibrated(
                    self.policy, group=self.group, tokens=self.tokens, tokenizer=self.tokenizer
                ),
                ratio=self.ratio,
            )
        if self.tokens is None and self.ratio is None:
            return None
        return Budget(tokens=self.tokens, ratio=self.ratio, tokenizer=self.tokenizer, group=self.group)


class Done(NamedTuple):
    """What became of one input line."""

    number: int
    line: bytes
    row: bytes | None
    error: bytes | None
    tokens_in: int = 0
    tokens_out: int = 0
    promise: Promise | None = None


@lru_cache(maxsize=2)
def tools(job: Job) -> tuple[Chain, Budget | None]:
    """The chain and the budget of a job; made once for all its records.

    Raises:
        BudgetError: The budget is wrong.
        ConfigError: The chain is wrong.
        ModelError: The chain's model cannot be had.
    """
    chain = load_chain(job.chain).for_reader(None)  # rows are text
    return (chain.with_template(job.template) if job.template else chain), job.budget()


def _compress_line(job: Job, line: bytes, number: int) -> Done:
    if not line.strip():
        return Done(number, line, None, None)
    name: str | int | None = None
    try:
        record = parse_record(line, number)
        name = record.id
        chain, budget = tools(job)
        mine = None if budget is None else budget.for_record(record.rest)
        result = chain.compress(record.query, record.passages, budget=mine)
        row = dump(record.output(result))
    except (ConfigError, MissingExtraError):
        raise  # no record's fault: the next would fail alike
    except ExcerptError as error:
        why = str(error).encode("utf-8", "backslashreplace").decode()  # it may quote what is wrong
        return Done(number, line, None, dump({"line": number, "id": name, "error": why}))
    return Done(number, line, row, None, result.tokens_in, result.tokens_out, result.report.promise)


def _compress_hand(job: Job, hand: list[tuple[int, bytes]]) -> list[Done]:
    return [_compress_line(job, line, number) for number, line in hand]


def prepare(job: Job) -> None:
    """Load what every record needs: what is wrong with it is wrong for all of them.

    Raises:
        BudgetError: The budget is wrong.
        ConfigError: The chain is wrong.
        ModelError: The chain's model or the tokenizer cannot be had.
        PolicyError: The budget was calibrated, and not with this chain and tokenizer.
    """
    chain, budget = tools(job)
    if budget is not None:
        chain.check(budget, resolve_tokenizer(budget.tokenizer))


def run(job: Job, lines: Iterator[tuple[int, bytes]], *, workers: int = 1) -> Iterator[Done]:
    """Compress numbered lines, in order, at most a few dozen of them in memory.

    Args:
        job: What to do.
        lines: Line numbers and lines.
        workers: Processes. The output is the same for any number.

    Raises:
        InputError: ``workers`` is below 1.
        ExcerptError: As `prepare`, before the first record; or a worker process died.
    """
    if workers < 1:
        message = f"workers: must be at least 1, got {workers}"
        raise InputError(message)
    prepare(job)
    if workers == 1:
        yield from (_compress_line(job, line, number) for number, line in lines)
        return
    # Workers are spawned, not forked: the parent's model threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        try:
            yield from _in_order(pool, job, lines, workers)
        except BrokenProcessPool as error:
            message = "a worker process died (out of memory?); run again with --resume and fewer --workers"
            raise ExcerptError(message) from error


def _in_order(
    pool: ProcessPoolExecutor, job: Job, lines: Iterator[tuple[int, bytes]], workers: int
) -> Iterator[Done]:
    waiting: deque[Future[list[Done]]] = deque()
    while True:
        while len(waiting) < workers * _AHEAD and (hand := list(islice(lines, _HAND))):
            waiting.append(pool.submit(_compress_hand, job, hand))
        if not waiting:
            return
        yield from waiting.popleft().result()


def numbered(lines: IO[bytes], skip: Callable[[bytes, int], bool]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1, less those that ``skip`` claims."""
    for number, line in enumerate(lines, start=1):
        if not skip(line, number):
            yield number, line
