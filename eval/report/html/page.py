"""The report as one self-contained HTML page: no script, no network. What came from the data is escaped."""

from dataclasses import dataclass
from pathlib import Path

from excerpt.eval.limits import phrase, shown
from excerpt.eval.report.html.pictures import chain_styles, frontiers, memory_bars, time_bars
from excerpt.eval.report.html.tables import break_even, money, set_grid, summary
from excerpt.eval.report.in_short import in_short
from excerpt.eval.report.pairs import frontier_of, headline, pairs_of
from excerpt.eval.report.study import Example, Study
from excerpt.explain import passage_views
from excerpt.pages.engine import page_engine

__all__ = ["FOLDER", "page"]

FOLDER = Path(__file__).resolve().parent
"""Where the templates are."""

_SECTIONS = {
    "summary": "In short",
    "frontier": "Quality against size",
    "times": "Time and memory",
    "money": "Money",
    "sets": "Set by set",
    "questions": "Question by question",
    "about": "How it was made",
}


def page(study: Study) -> str:
    """The page."""
    first = study.first
    costs = money(study)
    examples = {
        name: [_example(example) for example in shown] for name, shown in study.examples.items() if shown
    }
    missing = {name for name, content in (("money", costs), ("questions", examples)) if not content}
    chains = [study.estimate(chain, first.limits[0], study.metric).questions for chain in first.chains]
    return (
        page_engine(FOLDER)
        .get_template("page.html")
        .render(
            study=study,
            phrase=phrase,
            shown=shown,
            sections={name: title for name, title in _SECTIONS.items() if name not in missing},
            metric=study.metric.replace("_", " "),
            counted=max(chains),
            summary=summary(study),
            in_short=in_short(study),
            headline=headline(study),
            pairs=[(limit, pair) for limit in first.limits for pair in pairs_of(study, limit)],
            best=frontier_of(study),
            legend=chain_styles(study),
            figures=frontiers(study),
            times=time_bars(study),
            memory=memory_bars(study),
            money=costs,
            break_even=break_even(study) if costs else "",
            sets={name: set_grid(table, study.focus) for name, table in study.tables.items()},
            examples=examples,
            problems=study.problems(),
        )
    )


@dataclass(frozen=True, slots=True)
class _ExampleView:
    query: str
    lost: str
    answers: str
    results: dict[str, list[object]]


def _example(example: Example) -> _ExampleView:
    """One question: what was accepted, and the kept and dropped text of some chains."""
    return _ExampleView(
        example.question.query,
        f"{example.lost:.0%}",
        ", ".join(example.question.answers) or "none marked",
        {
            f"{chain} at {shown(limit)}: {result.tokens_in:,} → {result.tokens_out:,} tokens": [
                *passage_views(result)
            ]
            for (chain, limit), result in example.views.items()
        },
    )
