"""``excerpt calibrate``: a setting of a chain with a promise about what it loses."""

from typing import TYPE_CHECKING

import click

from excerpt.cli.options import chain_options, check_output
from excerpt.cli.progress import progress

if TYPE_CHECKING:
    from excerpt.calibrated.policy import Calibrated, Policy

__all__ = ["command"]

_SOME_REFUSED = 3


@click.command()
@click.argument("source")
@click.option("-o", "--output", required=True, help="Where to write the policy (.json).")
@click.option(
    "--risk", required=True, type=float, help="The expected loss is to be at most so much (0 to 1)."
)
@click.option(
    "--loss",
    type=click.Choice(["evidence", "any-evidence", "answer"]),
    default="evidence",
    show_default=True,
    help="Share of the evidence lost; whether any of it is; whether the answer is.",
)
@click.option(
    "--method",
    type=click.Choice(["crc", "ltt"]),
    default="crc",
    show_default=True,
    help="Conformal risk control (on average), or Learn then Test (with high probability).",
)
@click.option("--delta", default=0.1, show_default=True, help="With --method ltt: how often it may be wrong.")
@click.option(
    "--knob",
    type=click.Choice(["score", "ratio"]),
    help="Keep what each question's scores ask for, or the same share of all; by default the former where the "
    "scores are log-odds.",
)
@click.option(
    "--group-by", default="", help="Key of the records: each of its values is calibrated for itself."
)
@click.option(
    "--tokenizer",
    default="bundled",
    show_default=True,
    help="What counts tokens: bundled, words, gpt-4o, o200k_base, a tokenizer.json or a Hugging Face name.",
)
@chain_options
@click.option("--plot", help="Also draw risk against what is kept (.svg, .png).")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def command(
    source: str,
    *,
    output: str,
    risk: float,
    loss: str,
    method: str,
    delta: float,
    knob: str | None,
    group_by: str,
    tokenizer: str,
    chain: str,
    template: str | None,
    plot: str | None,
    quiet: bool,
) -> None:
    """Choose how much CHAIN may drop, so that questions like those in SOURCE lose at most RISK on average.

    SOURCE is JSONL with "answers", or "evidence" in its passages (.gz, - for standard input); other published
    formats are read as `excerpt convert` reads them. Use the policy with `--budget calibrated:POLICY.json`.
    Exit status: 0; 2 where nothing can be promised, and nothing is written; 3 where some groups are refused.
    """
    from excerpt.eval.calibration.calibrate import RiskTarget, calibrate
    from excerpt.eval.calibration.risk_plot import risk_plot
    from excerpt.eval.data.sources import QuestionSet
    from excerpt.eval.pictures import check_picture
    from excerpt.files.job import Job, tools

    check_output(output)
    if plot is not None:
        check_output(plot, option="--plot")
        check_picture(plot, option="--plot")
    target = RiskTarget(loss, risk, method, delta, knob, group_by, tokenizer)  # type: ignore[arg-type]  # click checked
    questions = QuestionSet(source, source)
    for odd in questions.check():
        click.echo(odd, err=True)
    made, _ = tools(Job(chain, template=template))
    with progress("questions", quiet=quiet) as bar:
        policy = calibrate(questions.rows(), made, target, progress=lambda: bar.advance(1))
    policy.save(output)
    if plot is not None:
        risk_plot({chain: policy}, plot)
    if not quiet:
        _show(policy)
        click.echo(f"policy: {output}", err=True)
    if any(group.value is None for group in policy.groups.values()):
        raise SystemExit(_SOME_REFUSED)


def _show(policy: "Policy") -> None:
    if policy.left_out:
        click.echo(f"{policy.left_out} questions have nothing to lose and do not count", err=True)
    for name, calibrated in policy.groups.items():
        if calibrated.chosen is None:
            click.echo(f"{policy.group_by} {name!r}: refused: {calibrated.refused}")
            continue
        click.echo(policy.promise(name))
        click.echo(_kept(policy, calibrated))


def _kept(policy: "Policy", calibrated: "Calibrated") -> str:
    """What it buys: how much is kept, and how that differs between questions."""
    point = calibrated.chosen
    mean = (
        "" if point is None else f"keeps {point.kept:.1%} of the tokens on average, loses {point.risk:.2%}; "
    )
    low, middle, high = (f"{calibrated.kept[place]:.1%}" for place in (1, 5, 9))
    quantiles = f"a tenth of the questions keeps at most {low}, half of them {middle}, nine tenths {high}"
    return f"  {policy.knob} {calibrated.value:g}: {mean}{quantiles}"
