"""The report as one self-contained HTML page: no script, no network. What came from the data is escaped."""

from excerpt.eval.report.drill import drill_down
from excerpt.eval.report.html import note
from excerpt.eval.report.pictures import frontiers, times
from excerpt.eval.report.study import Study
from excerpt.eval.report.style import STYLE
from excerpt.eval.report.tables import money, sets, summary
from excerpt.explain import shown

__all__ = ["page"]


def page(study: Study) -> str:
    """The page."""
    sections = {
        "summary": ("In short", summary(study)),
        "frontier": ("Quality against size", frontiers(study)),
        "times": ("Time and memory", times(study)),
        "money": ("Money", money(study)),
        "sets": ("Set by set", sets(study)),
        "questions": ("Question by question", drill_down(study)),
        "about": ("How it was made", _about(study)),
    }
    there = {name: section for name, section in sections.items() if section[1]}
    links = "".join(f'<a href="#{name}">{title}</a>' for name, (title, _) in there.items())
    reader = f", read by {shown(study.first.reader)}" if study.first.reader else ""
    count = f"{len(study.tables)} set{'s' if len(study.tables) > 1 else ''}"
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>excerpt eval: {shown(', '.join(study.tables)[:90])}</title><style>{STYLE}</style></head><body>",
        "<h1>What each chain keeps</h1>",
        note(f"{study.questions:,} questions of {count}, tokens by {shown(study.first.tokenizer)}{reader}."),
        f"<nav>{links}</nav>",
        *(f'<h2 id="{name}">{title}</h2>\n{body}' for name, (title, body) in there.items()),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _about(study: Study) -> str:
    facts = [f"<pre>{shown(study.command)}</pre>"]
    facts += [f"<p><b>{shown(name)}</b>: {shown(value)}</p>" for name, value in study.around.items()]
    for name, versions in study.peers.items():
        listed = ", ".join(f"{package} {version}" for package, version in versions.items())
        facts.append(f"<p><b>peer {shown(name)}</b>: {shown(listed)}</p>")
    facts += [
        f'<p class="warn">Peer {shown(name)} was skipped: {shown(why)}</p>'
        for name, why in study.skipped.items()
    ]
    for chain, problems in study.problems().items():
        listed = "".join(f"<li>{shown(problem)}</li>" for problem in problems[:20])
        facts.append(
            f'<details class="warn"><summary>{shown(chain)}: {len(problems)} failures and breaches</summary>'
            f"<ul>{listed}</ul></details>"
        )
    return "\n".join(facts)
