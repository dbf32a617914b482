"""One compression as a self-contained HTML page: no script, no network, light and dark, any width."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Protocol, Self

import numpy as np

from excerpt.values.kept import KeptPassage
from excerpt.values.report import Report, StageReport
from excerpt.values.rewritten import Rewritten
from excerpt.values.soft import SoftContext
from excerpt.values.types import Context, Ranking

__all__ = ["STYLE", "Explained", "page", "passages", "shown"]

STYLE = """
:root { --bg: #fff; --fg: #1c1e21; --soft: #666c76; --line: #d8dbe0; --card: #f7f8fa; --keep: 34 139 84;
    --drop: 176 110 20; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #15171a; --fg: #e6e8eb; --soft: #9aa1ab; --line: #343940; --card: #1d2024; --keep: 82 190 128;
    --drop: 226 160 70; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem; max-width: 60rem; background: var(--bg); color: var(--fg);
  font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .6rem; }
h2 { font-size: 1rem; margin: 1.8rem 0 .5rem; }
.numbers { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; margin: 0 0 1rem; padding: 0; list-style: none; }
.numbers b { font-size: 1.25rem; display: block; font-variant-numeric: tabular-nums; }
.numbers li, small, .soft { color: var(--soft); }
.numbers b { color: var(--fg); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { white-space: nowrap; text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line);
    vertical-align: top; }
article, pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem;
  margin: 0 0 .8rem; }
article h3 { font-size: .95rem; margin: 0 0 .4rem; display: flex; gap: .6rem; flex-wrap: wrap; }
article h3 small { font-weight: 400; margin-left: auto; }
.text, pre { white-space: pre-wrap; }
.text { color: var(--soft); }
.text del { text-decoration-thickness: 1px;
    text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); }
.text del { background: rgb(var(--drop) / calc(.16 * var(--s, 0))); }
.text mark { color: var(--fg); background: rgb(var(--keep) / calc(.12 + .4 * var(--s, .3))); border-radius: .2rem;
    padding: .05rem .1rem;
  box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.text .need { border-bottom: 2px solid rgb(var(--keep)); }
.text del.need { color: var(--fg); border-bottom-color: rgb(var(--drop)); }
.key .need { background: none; border-bottom: 2px solid rgb(var(--keep)); padding: 0; }
pre { font: 13px/1.5 ui-monospace, monospace; margin: 0; }
.warn { border-left: 3px solid #c98a1b; padding-left: .7rem; }
.key mark { background: rgb(var(--keep) / .3); color: var(--fg); padding: 0 .3rem; border-radius: .2rem; }
"""

_KEY = (
    '<p class="key soft"><mark>kept</mark>, <del>dropped</del>; the deeper the colour, the higher the last stage\'s '
    "score. Hover for scores and for which stage dropped it.</p>"
)

_KEY_NEEDED = _KEY.replace("</p>", ' <mark class="need">Underlined</mark>: what was needed.</p>')


class Explained(Protocol):
    """What the page reads of a result; `excerpt.Compressed` is one, and imports this module in turn."""

    @property
    def query(self) -> str:
        """The question."""

    @property
    def text(self) -> str:
        """What goes to the reader."""

    @property
    def passages(self) -> tuple[KeptPassage, ...]:
        """What is left of each passage, in the input's order."""

    @property
    def tokens_in(self) -> int:
        """Of the whole input as it would have been rendered."""

    @property
    def tokens_out(self) -> int:
        """Of ``text``."""

    @property
    def ratio(self) -> float:
        """Share of the tokens that was kept."""

    @property
    def report(self) -> Report:
        """What each stage did."""

    @property
    def context(self) -> Context:
        """Passages and rankings behind the result."""

    @property
    def soft(self) -> SoftContext | None:
        """Passages that stand as vectors."""

    @property
    def rewritten(self) -> Rewritten | None:
        """What was written in the place of the passages."""


def page(result: Explained) -> str:
    """The page. Everything that came from the input is escaped."""
    report = result.report
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>excerpt: {shown(result.query[:80])}</title><style>{STYLE}</style></head><body>",
        f"<h1>{shown(result.query)}</h1>",
        _numbers(result),
        f'<p class="soft">{shown(report.promise.text)}</p>'
        if report.promise and report.promise.holds
        else "",
        *(f'<p class="warn">{shown(warning)}</p>' for warning in _notes(result)),
        "<h2>Stage by stage</h2>",
        _stages(report.stages)
        if report.stages
        else f'<p class="soft">None ran: {shown(report.passed_through)}.</p>',
        *_rewritten(result),
        "<h2>Passages</h2>",
        passages(result),
        "<h2>What the reader gets</h2>",
        f"<pre>{shown(result.text) or '<i>nothing</i>'}</pre>",
        "</body></html>\n",
    ]
    return "\n".join(parts)


def passages(result: Explained) -> str:
    """The part of the page that shows what was kept of each passage and what was not; needs ``STYLE``.

    Where a passage's metadata says what was needed (``evidence``), that is underlined.
    """
    key = _KEY if not any(_needed(kept) for kept in result.passages) else _KEY_NEEDED
    return "\n".join([key, *(_passage(kept, result.context.rankings) for kept in result.passages)])


def shown(text: str) -> str:
    """A text as HTML shows it: escaped, control characters made visible."""
    # NUL and the other control characters have no place in HTML, escaped or not; show them.
    shown = "".join(c if c >= " " or c in "\n\t\r" else chr(0x2400 + ord(c)) for c in text)
    return escape(shown, quote=True)


def _numbers(result: Explained) -> str:
    report = result.report
    kept = sum(bool(passage.spans) for passage in result.passages)
    limit = "none" if report.limit is None else f"{report.limit:,}"
    facts = [
        (f"{result.tokens_in:,} → {result.tokens_out:,}", f"tokens ({shown(report.tokenizer)})"),
        (f"{result.ratio:.0%}", "kept"),
        (limit, "token limit"),
        (f"{kept} of {len(result.passages)}", "passages with something kept"),
        (f"{report.milliseconds:.0f} ms", f"chain: {shown(report.chain)}"),
    ]
    items = "".join(f"<li><b>{value}</b>{label}</li>" for value, label in facts)
    return f'<ul class="numbers">{items}</ul>'


def _rewritten(result: Explained) -> list[str]:
    """A digest sentence by sentence: what supports it, or that it was copied."""
    if result.rewritten is None:
        return []
    rows = [
        f"<li>{shown(sentence.text)} <small>{'word for word' if sentence.span else f'support {sentence.support:.0%}'}"
        f", passage {', '.join(str(index + 1) for index in sentence.passages) or 'none'}</small></li>"
        for sentence in result.rewritten.sentences
    ]
    head = f"<h2>Rewritten by {shown(result.rewritten.writer)}</h2>"
    return [head, f"<ol>{''.join(rows)}</ol>" if rows else '<p class="soft">Nothing was written.</p>']


def _notes(result: Explained) -> list[str]:
    report = result.report
    notes = list(report.warnings)
    if report.passed_through:
        notes.append(f"The input was passed through whole: {report.passed_through}.")
    if result.soft is not None:
        shown = ", ".join(str(passage.index + 1) for passage in result.soft.passages)
        notes.append(f"Given to the reader as vectors, one token each: passage {shown}.")
    notes += [f"Protected text was cut: {b.kind} in passage {b.passage + 1}." for b in report.breaches]
    return notes


def _stages(stages: tuple[StageReport, ...]) -> str:
    head = "<tr><th>stage</th><th>unit</th><th>units</th><th>tokens</th><th>ms</th><th></th></tr>"
    rows = [
        f"<tr><td>{shown(stage.stage)}</td><td>{shown(stage.unit)}</td>"
        f"<td>{stage.units_in:,} → {stage.units_out:,}</td><td>{stage.tokens_in:,} → {stage.tokens_out:,}</td>"
        f"<td>{stage.milliseconds:.1f}</td>"
        f"<td>{'' if stage.outcome == 'done' else shown(f'{stage.outcome}: {stage.why}')}</td></tr>"
        for stage in stages
    ]
    return f'<div class="scroll"><table>{head}{"".join(rows)}</table></div>'


def _passage(kept: KeptPassage, rankings: Sequence[Ranking]) -> str:
    share = sum(end - start for start, end in kept.spans) / max(len(kept.passage.text), 1)
    score = "" if kept.score is None else f" · best score {kept.score:.3f}"
    name = kept.title or kept.id or f"passage {kept.index + 1}"
    body = _marked(kept, rankings)
    return (
        f"<article><h3>[{kept.index + 1}] {shown(name)}<small>{share:.0%} kept{score}</small></h3>"
        f'<div class="text">{body}</div></article>'
    )


def _marked(kept: KeptPassage, rankings: Sequence[Ranking]) -> str:
    """The passage's text, cut at every border of kept spans and ranked units."""
    text = kept.passage.text
    layers = [_Layer.of(ranking, kept.index) for ranking in rankings if len(ranking.units)]
    borders = {0, len(text)} | {edge for span in kept.spans for edge in span}
    borders |= {edge for layer in layers for unit in layer.units for edge in unit[:2]}
    needed = _needed(kept)
    borders |= {edge for span in needed for edge in span}
    out: list[str] = []
    for start, end in pairwise(sorted(borders)):
        piece = text[start:end]
        is_kept = any(a <= start < b for a, b in kept.spans)
        if piece.isspace() and not is_kept:
            out.append(shown(piece))
            continue
        found = [(layer, unit) for layer in layers if (unit := layer.at(start))]
        dropper = next((layer.stage for layer, unit in found if not unit[4]), "")
        scores = "; ".join(f"{layer.stage} {unit[2]:.4g}" for layer, unit in found)
        hint = f"dropped by {dropper} ({scores})" if dropper and not is_kept else scores
        shade = found[-1][1][3] if found else 0.5
        tag = "mark" if is_kept else "del"
        need = ' class="need"' if any(a <= start < b for a, b in needed) else ""
        out.append(f'<{tag}{need} title="{shown(hint)}" style="--s:{shade:.2f}">{shown(piece)}</{tag}>')
    return "".join(out)


def _needed(kept: KeptPassage) -> list[tuple[int, int]]:
    """The evidence in a passage's metadata, where it is well-formed."""
    pairs = kept.passage.metadata.get("evidence") or ()
    length = len(kept.passage.text)
    return [
        (pair[0], pair[1])
        for pair in (pairs if isinstance(pairs, Sequence) else ())
        if isinstance(pair, Sequence)
        and len(pair) == 2
        and all(isinstance(edge, int) for edge in pair)
        and 0 <= pair[0] < pair[1] <= length
    ]


_Unit = tuple[int, int, float, float, bool]


@dataclass(frozen=True)
class _Layer:
    """One stage's units of one passage: start, end, score, shade (0 to 1 over all passages), kept."""

    stage: str
    starts: list[int]
    units: list[_Unit]

    @classmethod
    def of(cls, ranking: Ranking, passage: int) -> Self:
        mine = np.flatnonzero(ranking.units.passage == passage)
        finite = np.nan_to_num(ranking.scores)
        low, high = float(finite.min()), float(finite.max())
        shade = (finite - low) / ((high - low) or 1.0)
        columns = (ranking.units.start, ranking.units.end, ranking.scores, shade, ranking.kept)
        rows = zip(*(column[mine].tolist() for column in columns), strict=True)
        units = list(rows)
        return cls(ranking.stage, [unit[0] for unit in units], units)

    def at(self, position: int) -> _Unit | None:
        """The unit that holds a character."""
        found = bisect_right(self.starts, position) - 1
        return self.units[found] if found >= 0 and position < self.units[found][1] else None
