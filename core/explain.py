"""One compression as a self-contained HTML page: no script, no network, light and dark, any width."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np

from excerpt.errors import InputError
from excerpt.leave_one_out import LeftOut
from excerpt.pages.engine import page_engine
from excerpt.values.kept import KeptPassage
from excerpt.values.report import Report
from excerpt.values.rewritten import Rewritten
from excerpt.values.soft import SoftContext
from excerpt.values.types import Context, Ranking

__all__ = ["Explained", "PassageView", "Piece", "page", "passage_views", "side_by_side"]

_BINS = 240  # stripes of the overview, at most
_FEW_LINES = 3
_STOPS = (".", "!", "?", "。", "।", "؟")


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


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a passage's text between two borders of kept spans, ranked units and evidence.

    Args:
        text: Its characters.
        plain: Whether it is dropped white space, which is shown as it is.
        kept: Whether it is kept.
        needed: Whether it is evidence.
        hint: The stage that dropped it, and what each stage scored it.
        left_out: Whether it ranked above something that was kept and did not fit.
        shade: Its score in the last stage as a share of the range over all passages, 0 to 1.
    """

    text: str
    plain: bool
    kept: bool = False
    needed: bool = False
    hint: str = ""
    left_out: bool = False
    shade: str = ""


@dataclass(frozen=True, slots=True)
class PassageView:
    """One passage as the page shows it.

    Args:
        number: Its place in the input, from 1.
        name: Its title, id or number.
        share: The share of its characters that is kept.
        score: Its best unit's score; None without one.
        needed: Whether its metadata says what of it was needed.
        pieces: Its text.
        is_open: Whether it is shown unfolded: something of it is kept, or almost was.
        fixed: Whether it is shown in a font of fixed width: a table, a log, code.
    """

    number: int
    name: str
    share: str
    score: str | None
    needed: bool
    pieces: Sequence[Piece]
    is_open: bool = True
    fixed: bool = False


def page(result: Explained, left_out: Sequence[LeftOut] = ()) -> str:
    """The page. Everything that came from the input is escaped.

    Args:
        result: The result.
        left_out: What the kept text loses with each of its units (`excerpt.leave_one_out`); shown where there are any.
    """
    shown = _shown(result)
    texts = [passage.text for passage in result.context.passages]
    losses = [(f"{each.loss:+.4g}", each.passage + 1, texts[each.passage][each.start : each.end])
              for each in sorted(left_out, key=lambda each: -each.loss)]  # fmt: skip
    return page_engine().get_template("explain.html").render(**shown, losses=losses)


def side_by_side(left: Explained, right: Explained) -> str:
    """One page of what two chains made of one question and its passages.

    Raises:
        InputError: They are not of the same question and passages.
    """
    if (left.query, left.context.passages) != (right.query, right.context.passages):
        message = "side_by_side: the two results are of different questions or passages; compress the same input twice"
        raise InputError(message)
    return page_engine().get_template("side_by_side.html").render(sides=[_shown(left), _shown(right)])


def _shown(result: Explained) -> dict[str, Any]:
    """What a template says of one result."""
    return {
        "result": result,
        "numbers": _numbers(result),
        "stripes": _stripes(result),
        "notes": _notes(result),
        "views": passage_views(result),
    }


def passage_views(result: Explained) -> list[PassageView]:
    """What was kept of each passage and what was not, for the macro of ``passages.html``.

    Where a passage's metadata says what was needed (``evidence``), that is underlined.
    """
    border = _border(result.context.rankings)
    return [_view(kept, result.context.rankings, border) for kept in result.passages]


def _border(rankings: Sequence[Ranking]) -> float:
    """The least score that was kept in the last stage; not finite where nothing was."""
    scores = rankings[-1].scores[rankings[-1].kept] if rankings else np.zeros(0)
    return float(scores.min()) if len(scores) else np.inf


def _stripes(result: Explained) -> list[tuple[str, bool]]:
    """The whole context as stripes: the share kept of each, and whether a passage begins there."""
    whole = sum(len(kept.passage.text) for kept in result.passages)
    width = max(1, -(-whole // _BINS))
    stripes = []
    for kept in result.passages:
        length = len(kept.passage.text)
        for start in range(0, length, width):
            end = min(start + width, length)
            inside = sum(max(0, min(end, b) - max(start, a)) for a, b in kept.spans if a < end and start < b)
            stripes.append((f"{inside / (end - start):.2f}", start == 0))
    return stripes


def _numbers(result: Explained) -> list[tuple[str, str]]:
    """Values with their labels, for the head of the page."""
    report = result.report
    kept = sum(bool(passage.spans) for passage in result.passages)
    return [
        (f"{result.tokens_in:,} → {result.tokens_out:,}", f"tokens ({report.tokenizer})"),
        (f"{result.ratio:.0%}", "kept"),
        ("none" if report.limit is None else f"{report.limit:,}", "token limit"),
        (f"{kept} of {len(result.passages)}", "passages with something kept"),
        (f"{report.milliseconds:.0f} ms", f"chain: {report.chain}"),
    ]


def _notes(result: Explained) -> list[str]:
    report = result.report
    notes = list(report.warnings)
    if report.passed_through:
        notes.append(f"The input was passed through whole: {report.passed_through}.")
    if result.soft is not None:
        indices = dict.fromkeys(passage.index for passage in result.soft.passages)
        numbers = ", ".join(str(index + 1) for index in indices)
        each = "one token each" if len(result.soft) == len(indices) else f"{len(result.soft)} tokens"
        notes.append(f"Given to the reader as vectors, {each}: passage {numbers}.")
    notes += [f"Protected text was cut: {b.kind} in passage {b.passage + 1}." for b in report.breaches]
    return notes


def _view(kept: KeptPassage, rankings: Sequence[Ranking], border: float) -> PassageView:
    passage = kept.passage
    share = sum(end - start for start, end in kept.spans) / max(len(passage.text), 1)
    needed = _needed(passage.metadata, len(passage.text))
    lines = passage.text.strip().splitlines()
    return PassageView(
        number=kept.index + 1,
        name=passage.title or passage.id or f"passage {kept.index + 1}",
        share=f"{share:.0%}",
        score=None if kept.score is None else f"{kept.score:.3f}",
        needed=bool(needed),
        pieces=_pieces(kept, rankings, needed, border),
        is_open=bool(kept.spans) or (kept.score is not None and kept.score >= border),
        fixed=len(lines) >= _FEW_LINES
        and 2 * sum(line.rstrip().endswith(_STOPS) for line in lines) < len(lines),
    )


def _pieces(
    kept: KeptPassage, rankings: Sequence[Ranking], needed: Sequence[tuple[int, int]], border: float
) -> list[Piece]:
    """The passage's text, cut at every border of kept spans, ranked units and evidence."""
    text = kept.passage.text
    layers = [_Layer.of(ranking, kept.index) for ranking in rankings if len(ranking.units)]
    borders = {0, len(text)} | {edge for span in kept.spans for edge in span}
    borders |= {edge for layer in layers for unit in layer.units for edge in unit[:2]}
    borders |= {edge for span in needed for edge in span}
    pieces: list[Piece] = []
    for start, end in pairwise(sorted(borders)):
        is_kept = any(a <= start < b for a, b in kept.spans)
        if text[start:end].isspace() and not is_kept:
            pieces.append(Piece(text[start:end], plain=True))
            continue
        scored = [(layer, unit) for layer in layers if (unit := layer.at(start))]
        dropper = next((layer.stage for layer, unit in scored if not unit[4]), "")
        scores = "; ".join(f"{layer.stage} {unit[2]:.4g}" for layer, unit in scored)
        left_out = (
            bool(scored) and not is_kept and scored[-1][0].stage == dropper and scored[-1][1][2] > border
        )
        why = "did not fit" if left_out else f"dropped by {dropper}"
        hint = f"{why} ({scores})" if dropper and not is_kept else scores
        shade = scored[-1][1][3] if scored else 0.5
        is_needed = any(a <= start < b for a, b in needed)
        pieces.append(Piece(text[start:end], False, is_kept, is_needed, hint, left_out, f"{shade:.2f}"))
    return pieces


def _needed(metadata: Mapping[str, Any], length: int) -> list[tuple[int, int]]:
    """The evidence in a passage's metadata, where it is well-formed."""
    pairs = metadata.get("evidence") or ()
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
        place = bisect_right(self.starts, position) - 1
        return self.units[place] if place >= 0 and position < self.units[place][1] else None
