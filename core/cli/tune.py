"""``excerpt tune``: a chain and an amount for the questions of a user."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from excerpt.cli.options import check_output
from excerpt.cli.progress import progress

if TYPE_CHECKING:
    from excerpt.eval.tuning.tune import Tuned

__all__ = ["command"]

_BROKEN = 3


@click.command()
@click.argument("source")
@click.option("-o", "--output", required=True, help="Where to write the chain (.toml).")
@click.option("--budget", type=click.IntRange(2), help="Tokens that a question may keep.")
@click.option(
    "--ratio",
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of the tokens; else 0.25.",
)
@click.option(
    "--latency", type=click.FloatRange(0, min_open=True), help="Milliseconds that the median call may take."
)
@click.option(
    "--metric", type=click.Choice(["evidence_recall", "answer_recall"]), default="evidence_recall", show_default=True,
    help="What is to be high.",
)  # fmt: skip
@click.option("--tolerance", default=0.01, show_default=True, help="A cheaper chain may lose so much of it.")
@click.option("--chain", "chains", multiple=True, help="Also try this preset, TOML file or compressor.")
@click.option("--only-these", is_flag=True, help="Try only what --chain names.")
@click.option("--risk", type=float, help="Also calibrate: the expected loss is to be at most so much.")
@click.option(
    "--loss", type=click.Choice(["evidence", "any-evidence", "answer"]), default="evidence", show_default=True,
    help="With --risk, as for `excerpt calibrate`.",
)  # fmt: skip
@click.option(
    "--method",
    type=click.Choice(["crc", "ltt"]),
    default="crc",
    show_default=True,
    help="With --risk, as there.",
)
@click.option("--policy", help="With --risk: where to write the policy (.json).")
@click.option(
    "--tokenizer", default="bundled", show_default=True,
    help="What counts tokens: bundled, words, gpt-4o, o200k_base, a tokenizer.json or a Hugging Face name.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), help="At most so many questions.")
@click.option("--seed", default=0, show_default=True, help="For the split and the intervals.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(source: str, *, output: str, quiet: bool, **given: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Choose a chain and how much it keeps for the questions in SOURCE, and write it down.

    SOURCE is JSONL with "evidence" in its passages, or "answers", as `excerpt eval` reads it. Chains and amounts are
    compared on one part of the questions; the choice is judged on another that had no part in it, and a promise
    (--risk) is calibrated on a third. Exit status: 0; 3 where the promise did not hold on the judged questions, and
    nothing is written.
    """
    from excerpt.eval.calibration.calibrate import RiskTarget
    from excerpt.eval.data.sources import QuestionSet
    from excerpt.eval.tuning.tune import Goal, tune
    from excerpt.eval.tuning.writing import as_toml
    from excerpt.files.atomic import write_atomic

    _check(given, output)
    risk = given["risk"]
    target = None if risk is None else RiskTarget(
        given["loss"], risk, given["method"], tokenizer=given["tokenizer"]
    )  # fmt: skip
    goal = Goal(
        given["budget"] or given["ratio"] or 0.25, given["metric"], given["latency"], given["tolerance"], target,
        given["tokenizer"], given["seed"],
    )  # fmt: skip
    questions = QuestionSet(source, source, given["limit"])
    for odd in questions.check():
        click.echo(odd, err=True)
    with progress("chains over questions", quiet=quiet) as bar:

        def shown(runs: int, total: int, what: str) -> None:
            bar.expect(total)
            bar.advance(runs, what)

        tuned = tune(questions.rows(), _candidates(given), goal, progress=shown)
    _show(tuned)
    if not tuned.holds:
        click.echo("the promise did not hold on the judged questions: nothing was written", err=True)
        raise SystemExit(_BROKEN)
    policy = given["policy"] or ""
    text = as_toml(tuned, source=Path(source).name, policy=policy)
    if tuned.policy is not None:
        tuned.policy.save(policy)
    write_atomic(output, text)
    click.echo(f"chain: {output}{f', policy: {policy}' if policy else ''}", err=True)


def _check(given: dict[str, Any], output: str) -> None:
    """Refuse options that contradict each other, before any work."""
    from excerpt.errors import InputError

    if given["budget"] is not None and given["ratio"] is not None:
        message = "tune: give --budget or --ratio, not both"
        raise InputError(message)
    if (given["risk"] is None) != (given["policy"] is None):
        message = "tune: --risk and --policy belong together: the promise, and where it is written"
        raise InputError(message)
    if given["only_these"] and not given["chains"]:
        message = "tune: --only-these leaves nothing to try; name chains with --chain"
        raise InputError(message)
    if not output.endswith(".toml"):
        message = f"output: {output} is to be read as a chain, whose file ends in .toml; give -o such a name"
        raise InputError(message)
    for option, path in (("-o", output), ("--policy", given["policy"])):
        if path is not None:
            check_output(path, option=option)


def _candidates(given: dict[str, Any]) -> dict[str, Any]:
    from excerpt.eval.tuning.candidates import CANDIDATES
    from excerpt.presets import read_chain_file
    from excerpt.registry import PRESETS

    found: dict[str, Any] = {} if given["only_these"] else dict(CANDIDATES)
    for name in given["chains"]:
        if not name.endswith(".toml"):
            found[name] = PRESETS.get(name) or {"stage": [{"use": name}]}
            continue
        found[name] = read_chain_file(name)
    return found


def _show(tuned: "Tuned") -> None:
    from rich.console import Console
    from rich.table import Table

    from excerpt.eval.limits import phrase, shown

    choose, _, judge = tuned.questions
    table = Table(
        title=f"{tuned.goal.metric} on {choose} questions to choose on, at {phrase(tuned.goal.limit)}",
        box=None,
    )
    for name in ("chain", "value", "interval", "ms", "tokens", "best of resamples", "failed"):
        table.add_column(name, justify="left" if name == "chain" else "right")
    for one in tuned.tried:
        value = one.value
        table.add_row(
            one.name, f"{value.value:.3f}", f"{value.low:.3f} to {value.high:.3f}", f"{one.milliseconds:.0f}",
            f"{one.tokens:.0f}", f"{one.wins:.0%}", str(one.errors),
        )  # fmt: skip
    Console().print(table)
    amounts = ", ".join(f"{one.name}: {one.value.value:.3f}" for one in tuned.amounts)
    click.echo(f"{tuned.chain} at less: {amounts}")
    value = tuned.judged.value
    click.echo(
        f"chosen: {tuned.chain} at {shown(tuned.limit)}. On {judge} questions that had no part in it: "
        f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f}), {tuned.judged.tokens:.0f} tokens, "
        f"{tuned.judged.milliseconds:.0f} ms"
    )
    for name, less in tuned.over.items():
        click.echo(f"  less {name}: {less.value:+.3f} ({less.low:+.3f} to {less.high:+.3f}), {less.verdict}")
    if tuned.policy is not None and tuned.loss is not None:
        click.echo(tuned.policy.promise())
        click.echo(
            f"  on the judged questions: {tuned.loss.value:.3f} lost ({tuned.loss.low:.3f} to {tuned.loss.high:.3f}), "
            f"{tuned.kept:.1%} of the tokens kept"
        )
