"""Options that several subcommands share, so that they read and behave alike."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from excerpt.budget import CALIBRATED
from excerpt.errors import BudgetError, InputError

if TYPE_CHECKING:
    from excerpt.files.job import Job
    from excerpt.files.workers import Workers

__all__ = [
    "AMOUNT",
    "RATE",
    "SHARE",
    "BudgetType",
    "budget_options",
    "chain_options",
    "check_not_input",
    "check_output",
    "job_of",
    "worker_pool",
]

AMOUNT = click.FloatRange(0)
RATE = click.FloatRange(0, min_open=True)
SHARE = click.FloatRange(0, 1, max_open=True)

F = TypeVar("F", bound=Callable[..., Any])


class BudgetType(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """Tokens, or ``calibrated:POLICY.json``."""

    name = "TOKENS|calibrated:FILE"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | str:
        """A whole number, or the text as it is."""
        if isinstance(value, int) or str(value).startswith(CALIBRATED):
            return value  # type: ignore[no-any-return]  # one of both
        try:
            return int(value)
        except ValueError:
            message = f"{value!r} is neither a number of tokens nor {CALIBRATED}POLICY.json; a share goes to --ratio"
            self.fail(message, param, ctx)


def budget_options(function: F) -> F:
    """``--budget``, ``--ratio``, ``--min-score``, ``--cap``, ``--group`` and ``--tokenizer``."""
    function = click.option(
        "--min-score",
        type=float,
        help="Leave out what fits but is so much less sure than the best unit, in log-odds, such as -3.",
    )(function)
    function = click.option(
        "--tokenizer",
        default="bundled",
        show_default=True,
        help="What counts tokens: bundled, words, gpt-4o, o200k_base, a tokenizer.json or a Hugging Face name.",
    )(function)
    function = click.option(
        "--group", help="Of a policy calibrated by groups; the records' own key where not given."
    )(function)
    function = click.option(
        "--cap", type=int, help="With a calibrated budget: at most so many tokens, even if the promise goes."
    )(function)
    function = click.option("--ratio", type=float, help="Keep at most this share of the tokens (0 to 1).")(
        function
    )
    return click.option(
        "--budget",
        "tokens",
        type=BudgetType(),
        help="Keep at most so many tokens, or what a policy of `excerpt calibrate` says.",
    )(function)


def chain_options(function: F) -> F:
    """``--chain`` and ``--template``."""
    function = click.option(
        "--template",
        type=click.Choice(["plain", "titled", "numbered", "xml", "sections"]),
        help="How passages are written; the chain's own when not given.",
    )(function)
    return click.option(
        "--chain",
        default="default",
        show_default=True,
        help="A preset (default, auto, multilingual, fast, query-free) or a TOML file.",
    )(function)


def job_of(options: Mapping[str, Any], *, ratio: float | None = None) -> "Job":
    """The job that the options of this module ask for.

    Args:
        options: Their values, by name.
        ratio: The share to keep where no budget is given.

    Raises:
        BudgetError: Options contradict each other.
    """
    from excerpt.files.job import Job

    budget, cap, group = options["tokens"], options["cap"], options["group"]
    asked, least = options["ratio"], options["min_score"]
    if budget is None and asked is None:
        asked = ratio
    rest = (asked, options["tokenizer"], options["template"])
    if isinstance(budget, str):
        return Job(options["chain"], cap, *rest, budget.removeprefix(CALIBRATED), group, least)
    if cap is not None or group is not None:
        message = f"--{'cap' if group is None else 'group'}: goes with --budget {CALIBRATED}POLICY.json"
        raise BudgetError(message)
    return Job(options["chain"], budget, *rest, min_score=least)


def worker_pool(count: int | None, *, ray: bool) -> "Workers":
    """Who works.

    Args:
        count: How many; None for one, and with Ray for as many as the cluster has CPUs.
        ray: Actors of a Ray cluster, not processes of this machine.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    if ray:
        from excerpt.adapters.ray_workers import RayWorkers

        return RayWorkers(count)
    from excerpt.files.workers import local_workers

    return local_workers(1 if count is None else count)


def check_not_input(output: str | Path, source: str) -> None:
    """See that a command does not write over what it reads; ``-`` is standard input.

    Raises:
        InputError: Both are one file.
    """
    target, given = Path(output), Path(source)
    if source != "-" and target.exists() and given.exists() and target.samefile(given):
        message = f"output: {output} is the input; choose another place with -o"
        raise InputError(message)


def check_output(output: str, *, folder: bool = False, option: str = "-o") -> None:
    """Find out before the work that its result has a place. Nothing is made.

    Args:
        output: A file, or a folder that is made with its parents.
        folder: It is a folder.
        option: What names it.

    Raises:
        InputError: There is no such place, or nothing may be written there.
    """
    target = Path(output)
    place = target if folder else target.parent
    while folder and not place.exists():
        place = place.parent
    if not folder and target.is_dir():
        why = "is a folder"
    elif not place.is_dir():
        why = f"{place} is no folder"
    else:
        why = "" if os.access(place, os.W_OK) else f"{place} may not be written to"
    if why:
        name = "output" if option == "-o" else option
        message = f"{name}: {output} cannot be written ({why}); choose another place with {option}"
        raise InputError(message)
