"""``excerpt eval``: compare chains on questions whose answers or evidence are known."""

import shlex
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from excerpt.cli.eval_options import (
    cache_options,
    likelihood_options,
    opened_cache,
    peer_options,
    reader_options,
    started_peers,
)
from excerpt.cli.eval_readers import agreed_likelihood, agreed_reader, asked_bottleneck
from excerpt.cli.options import check_output
from excerpt.cli.progress import progress

if TYPE_CHECKING:
    from rich.table import Table as Grid

    from excerpt.eval.chains import Compresses
    from excerpt.eval.data.sources import QuestionSet
    from excerpt.eval.limits import Limit
    from excerpt.eval.metrics.bootstrap import Estimate
    from excerpt.eval.report import Study
    from excerpt.eval.table import Table

__all__ = ["command"]


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--chain", "chains", multiple=True, help="A preset, a TOML file or a compressor; repeat to compare."
)
@click.option(
    "--ratio",
    "ratios",
    multiple=True,
    type=float,
    help="Kept ratio; repeat for several. 0.1 and 0.25 if neither this nor --budget is given.",
)
@click.option(
    "--budget",
    "budgets",
    multiple=True,
    metavar="TOKENS",
    type=click.IntRange(2),
    help="At most so many tokens; repeat for several.",
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    show_default=True,
    help="Also no context, the whole, truncate, random, BM25 sentences, lexical, rerank-and-truncate, the oracle.",
)
@peer_options
@reader_options
@likelihood_options
@cache_options
@click.option("--set", "names", multiple=True, help="Which set of a prepared folder; all if not given.")
@click.option("--split", default="dev", show_default=True, help="Which split of a prepared folder.")
@click.option(
    "--tokenizer",
    default="bundled",
    show_default=True,
    help="What counts tokens: bundled, words, gpt-4o, o200k_base, a tokenizer.json or a Hugging Face name.",
)
@click.option("--limit", type=click.IntRange(1), help="At most so many questions of each set.")
@click.option("--seed", default=0, show_default=True, help="For the confidence intervals.")
@click.option(
    "--prices", help="TOML table of prices of a million tokens; the one that comes along if not given."
)
@click.option(
    "--memory", is_flag=True, help="Also run each chain in a process of its own, for its peak memory."
)
@click.option(
    "--look-at",
    default=8,
    show_default=True,
    type=click.IntRange(0),
    help="How many questions of each set the report shows whole.",
)
@click.option("-o", "--output", help="A table where it ends in .csv, else a folder for the report.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(sources: tuple[str, ...], output: str | None, *, quiet: bool, **settings: Any) -> None:  # noqa: ANN401 - options as click gives them
    """Compare chains on SOURCES: JSONL with "answers", or "evidence" in its passages (.gz, - for standard input).

    Other published formats are read as `excerpt convert` reads them; a folder of prepared sets is gone over set by
    set. A report is a folder with index.html, report.md and rows.csv; its page holds text of the questions it shows.
    Intervals are 95%, by bootstrap over questions. Exit status: 0, or 3 where a chain failed on a question or broke
    what always holds.
    """
    from excerpt.eval.data.sources import question_sets

    if output is not None:
        check_output(output, folder=not output.endswith(".csv"))
    sets = question_sets(sources, settings["names"], settings["split"], settings["limit"])
    for one in sets:
        for odd in one.check():
            click.echo(odd, err=True)
    with ExitStack() as stack:
        study = _study(sets, settings, stack, quiet=quiet)
    for name, table in study.tables.items():
        _show(name, table)
    _compare(study)
    for name, why in study.skipped.items():
        click.echo(f"peer {name} was skipped: {why}", err=True)
    if output is not None:
        _write(study, output)
    if _tell_problems(study):
        raise SystemExit(3)


def _study(
    sets: "list[QuestionSet]", settings: Mapping[str, Any], stack: ExitStack, *, quiet: bool
) -> "Study":
    from excerpt.eval.cache.scorers import ScoreCache
    from excerpt.eval.chains import BASELINES, named_chain
    from excerpt.eval.provenance import provenance
    from excerpt.eval.report import Plan, Study, run
    from excerpt.models.generation.prices import PRICES, read_prices

    prices = read_prices(settings["prices"] or PRICES)
    focus = settings["chains"] or ("default",)
    limits = list(dict.fromkeys([*settings["ratios"], *settings["budgets"]])) or [0.1, 0.25]
    cache = opened_cache(settings, stack)
    own = dict.fromkeys([*(BASELINES if settings["baselines"] else ()), *focus])
    peers, skipped = started_peers(settings, cache, stack)
    chains: dict[str, Compresses] = {name: _templated(named_chain(name), settings) for name in own} | peers
    texts = [1.0 if name == "full" else limit for limit in limits for name in chains]
    plan = Plan(
        chains,
        limits,
        ScoreCache(cache),
        tokenizer=settings["tokenizer"],
        reader=agreed_reader(settings, sets, [*_whole(settings, sets), *texts], cache),
        likelihood=agreed_likelihood(settings, sets, texts, cache),
        bottleneck=asked_bottleneck(settings, cache),
        focus=focus,
        look_at=settings["look_at"],
        seed=settings["seed"],
    )
    tables, examples = run(
        sets, plan, lambda one: progress(f"{one.name}: questions", total=one.count, quiet=quiet)
    )
    made = shlex.join(["excerpt", *sys.argv[1:]])
    return Study(
        tables,
        made,
        provenance(),
        peers={name: peer.versions for name, peer in peers.items()},
        skipped=skipped,
        memory=_memory(own, peers, sets, min(limits)) if settings["memory"] else {},
        prices=prices,
        examples=examples,
        reference="rerank-and-truncate" if settings["baselines"] else "",
        focus=focus,
        seed=settings["seed"],
    )


def _whole(settings: Mapping[str, Any], sets: "list[QuestionSet]") -> list[float]:
    """A reader is given the whole context too, where a question has no answers."""
    if not settings["reader"]:
        return []
    known = [one for one in sets if one.source != "-"]  # which is read once
    return [1.0] if any(not row.get("answers") for one in known for row in one.rows()) else []


def _templated(chain: Any, settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - anything that compresses
    """With numbered passages where the reader is to cite them; baselines that are no chain number nothing."""
    return chain.with_template("numbered") if settings["cite"] and hasattr(chain, "with_template") else chain


def _memory(own: Any, peers: Any, sets: "list[QuestionSet]", limit: "Limit") -> dict[str, float]:  # noqa: ANN401 - names, and peers by name
    from itertools import islice

    from excerpt.eval.peers.catalogue import peak_memory
    from excerpt.eval.report.study import BOUNDS

    rows = [row for one in sets for row in islice(one.rows(), 3)]
    peaks = {name: peak_memory(name, rows, limit) for name in own if name not in BOUNDS}
    return peaks | {name: peer.peak_mib for name, peer in peers.items()}


def _write(study: "Study", output: str) -> None:
    from excerpt.eval.report import write_report
    from excerpt.eval.report.rows import rows_of
    from excerpt.eval.table import write_rows

    if output.endswith(".csv"):
        write_rows(output, rows_of(study))
    else:
        write_report(study, output)


def _compare(study: "Study") -> None:
    """Which chain is better: every pair, and the sentence."""
    from excerpt.eval.limits import shown
    from excerpt.eval.report.pairs import headline, pairs_of

    pairs = [(limit, pair) for limit in study.first.limits for pair in pairs_of(study, limit)]
    if len(pairs) > len(study.first.limits):  # else the sentence has all
        for limit, pair in pairs:
            click.echo(
                f"at {shown(limit)}, {pair.left} against {pair.right}: {pair.interval}; {pair.verdict}"
            )
    click.echo(headline(study))


_COLUMNS = {
    "answer_recall": "answer",
    "evidence_recall": "evidence",
    "all_evidence": "all",
    "exact_match": "exact",
    "f1": "F1",
    "agreement": "agreement",
    "likelihood": "likelihood",
    "prefill_seconds": "read s",
    "token_seconds": "token s",
    "bottleneck": "bottleneck",
}


def _show(name: str, table: "Table") -> None:
    from rich.console import Console

    console = Console()
    for limit in table.limits:
        grid = _grid(name, table, limit, intervals=True)
        wanted = console.measure(grid, options=console.options.update(width=1000)).maximum
        if wanted > console.width:  # a cut number says nothing; the report has the intervals
            grid = _grid(name, table, limit, intervals=False)
        console.print(grid)


def _grid(name: str, table: "Table", limit: "Limit", *, intervals: bool) -> "Grid":
    from rich import box
    from rich import table as tables

    from excerpt.eval.limits import shown

    rows = table.rows()
    columns = {
        key: word for key, word in _COLUMNS.items() if any(row.estimates[key].questions for row in rows)
    }
    grid = tables.Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title=f"{name} at {shown(limit)}: {rows[0].questions} questions, tokens by {table.tokenizer}",
    )
    for heading in ("chain", "kept", *columns.values(), "ms"):
        grid.add_column(heading, justify="left" if heading == "chain" else "right", no_wrap=True)
    for row in rows:
        if row.limit == limit:
            cells = [_estimate(row.estimates[key], interval=intervals) for key in columns]
            cells = [f"{row.estimates['kept_tokens'].value:.3f}", *cells, f"{row.milliseconds:.0f}"]
            grid.add_row(row.chain, *cells)
    return grid


def _estimate(estimate: "Estimate", *, interval: bool) -> str:
    if estimate.questions == 0:
        return "-"
    if not interval:
        return f"{estimate.value:.2f}"
    half = f"{(estimate.high - estimate.low) / 2:.2f}"
    return f"{estimate.value:.2f} ±{half.removeprefix('0')}"


def _tell_problems(study: "Study") -> bool:
    """For each cell with problems how many there are, and the first. A peer's do not count: it promised us nothing."""
    from excerpt.eval.limits import shown

    ours = False
    for name, table in study.tables.items():
        for (chain, limit), cell in table.cells.items():
            for what, problems in (("failed", cell.errors), ("broke what always holds", cell.breaches)):
                if problems:
                    said = f"{what} {len(problems)} times; the first: {problems[0]}"
                    click.echo(f"{name}: {chain} at {shown(limit)}: {said}", err=True)
                    ours |= chain not in study.peers
    return ours
