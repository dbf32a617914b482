"""What a result would lose without each part of it: leave-one-out, LooComp's signal, as an explanation (2603.09222)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError
from excerpt.render import kept_text
from excerpt.values.spans import Span, intersect
from excerpt.values.types import Context, Passage, Ranking, Units

__all__ = ["LeftOut", "Scores", "leave_one_out", "without_each"]

_MOST = 500
"""Kept units that are left out in turn, at most: each is a text as long as the result, to be scored."""


class Scores(Protocol):
    """What can say how well a text speaks to the question; every `excerpt.protocols.Scorer` can."""

    def score(self, context: Context, units: Units, /) -> NDArray[np.floating]:
        """One number for each unit."""


class LeftOut(NamedTuple):
    """One kept unit.

    Attributes:
        passage: The place of its passage in the input.
        start: Its first character there.
        end: One past its last.
        loss: How much lower the whole kept text scores without it; below 0 where it scores higher.
    """

    passage: int
    start: int
    end: int
    loss: float


def leave_one_out(context: Context, scorer: Scores) -> list[LeftOut]:
    """What the kept text loses with each of its units, in the order of the text.

    Units are those of the last stage that ranked any. Every text, the whole one and those without a unit, is scored as
    a passage, all in one call; what a number means is the scorer's.

    Args:
        context: Of a result (`excerpt.Compressed.context`).
        scorer: Such as ``excerpt.registry.SCORERS.part("late-interaction", "scorer")``, or, for what the answer loses,
            `excerpt.compressors.scorers.language_model.answer_likelihood.AnswerLikelihood`.

    Raises:
        InputError: There are more than 500 kept units, or the text was rewritten.
    """
    if context.rewritten is not None:
        message = "leave_one_out: the text was rewritten; it has no kept units to leave out"
        raise InputError(message)
    units = _kept_units(context)
    if len(units) > _MOST:
        message = (
            f"leave_one_out: {len(units)} units were kept, and each is left out in turn: at most {_MOST}; give a "
            "smaller budget, or a stage of larger units"
        )
        raise InputError(message)
    texts = [_joined(context, context.kept)]
    for passage, start, end in units:
        rest = [
            _minus(spans, start, end) if index == passage else spans
            for index, spans in enumerate(context.kept)
        ]
        texts.append(_joined(context, rest))
    whole, *without = _scored(context.query, texts, scorer)
    return [LeftOut(*unit, whole - score) for unit, score in zip(units, without, strict=True)]


def without_each(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Some pieces of a text joined: all of them, then without the first, without the second, and so on.

    Args:
        text: The text.
        spans: Its pieces, sorted, not overlapping.
    """
    pieces = [Span(*span) for span in spans]
    others = (pieces[:number] + pieces[number + 1 :] for number in range(len(pieces)))
    return [kept_text(text, pieces), *(kept_text(text, rest) for rest in others)]


def _kept_units(context: Context) -> list[tuple[int, int, int]]:
    """Passage, start and end of the units that are still kept, whole or in part."""
    ranking = context.rankings[-1] if context.rankings else None
    if ranking is None or not len(ranking.units):
        return [(index, *span) for index, spans in enumerate(context.kept) for span in spans]
    found: list[tuple[int, int, int]] = []
    for passage, start, end in _columns(ranking):
        found += [(passage, *span) for span in intersect([(start, end)], context.kept[passage])]
    return found


def _columns(ranking: Ranking) -> list[tuple[int, int, int]]:
    units = ranking.units
    columns = (column[ranking.kept].tolist() for column in (units.passage, units.start, units.end))
    return list(zip(*columns, strict=True))


def _minus(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    parts = [
        part
        for span in spans
        for part in (Span(span.start, min(span.end, start)), Span(max(span.start, end), span.end))
    ]
    return [part for part in parts if part.start < part.end]


def _joined(context: Context, kept: Sequence[Sequence[Span]]) -> str:
    pairs = zip(context.passages, kept, strict=True)
    return "\n\n".join(kept_text(passage.text, spans) for passage, spans in pairs if spans)


def _scored(query: str, texts: Sequence[str], scorer: Scores) -> list[float]:
    """The score of each text as a passage of its own."""
    made = Context.start(query, [Passage(text) for text in texts])
    units = Units.of("passage", [[(0, len(text))] if text else () for text in texts])
    scores = np.zeros(len(texts))
    scores[units.passage] = np.asarray(scorer.score(made, units), dtype=np.float64)
    return [float(score) for score in scores]
