"""What an adapter writes beside a text: which characters of the source were kept, and what became of it in numbers.

An account is plain JSON, under the metadata key ``"excerpt"``:

==================  =================================================================================
``index``           place among the texts that went in, from 0
``spans``           kept characters of the source, as ``[start, end]`` pairs
``starts``          where the text of each span begins in the text that came out
``document_spans``  the same characters as positions in the document that the source was split from;
                    only where the host's metadata say where it begins
``score``           the best kept unit's score, or None; comparable inside one result only
``tokens_in``       tokens of the source, under the budget's tokenizer; None where it was not counted
``tokens_out``      tokens of the text that came out; None where it was not counted
``promise``         with a calibrated budget: ``{"text", "holds"}`` (docs/guides/guarantee.md)
``warnings``        what the caller should know; not there if there is nothing
==================  =================================================================================

The source is what the first compressor was given: a text that comes with an account, and is the text that the account
speaks of, has its new spans traced back through it. After a splitter or another change of the text the account speaks
of a text that is gone; then the text at hand is the source.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeGuard

from excerpt.render import joined
from excerpt.values.spans import Span

__all__ = ["ACCOUNT_KEY", "Placed", "source_begin", "source_tokens", "trace", "whole"]

ACCOUNT_KEY = "excerpt"
"""Where the account stands in a host's metadata."""


class Placed(NamedTuple):
    """Characters of a source, and where they begin in the text that came out."""

    at: int
    span: Span


def trace(text: str, spans: Sequence[Span], account: object = None) -> list[Placed]:
    """The kept characters, as positions in the source.

    Args:
        text: What the compressor was given.
        spans: What it kept of that: sorted, not overlapping.
        account: The account that came with the text; None for none.
    """
    kept, at = [], 0
    for joiner, span in joined(text, spans):
        at += len(joiner)
        kept.append(Placed(at, span))
        at += span.end - span.start
    before = _read(account, len(text))
    return kept if before is None else list(_composed(kept, before))


def whole(text: str) -> tuple[Span, ...]:
    """All of a text."""
    return (Span(0, len(text)),) if text else ()


def source_tokens(account: object, text: str) -> int | None:
    """Tokens of the source that an account speaks of, if ``text`` is the text that it speaks of."""
    if not isinstance(account, Mapping) or _read(account, len(text)) is None:
        return None
    tokens = account.get("tokens_in")
    return tokens if isinstance(tokens, int) else None


def source_begin(account: object, text: str) -> int | None:
    """Where the source begins in what it was split from, by an account with ``document_spans`` of this very text."""
    if not isinstance(account, Mapping) or not (pieces := _read(account, len(text))):
        return None
    placed = account.get("document_spans")
    return placed[0][0] - pieces[0].span.start if _pairs(placed) and placed else None


def _composed(kept: Iterable[Placed], before: Sequence[Placed]) -> Iterable[Placed]:
    """Spans of a text as spans of its source. What stood between two pieces was written, and is of no source."""
    for at, span in kept:
        for earlier, source in before:
            start = max(span.start, earlier)
            end = min(span.end, earlier + source.end - source.start)
            if start < end:
                first = source.start + start - earlier
                yield Placed(at + start - span.start, Span(first, first + end - start))


def _read(account: object, length: int) -> list[Placed] | None:
    """The pieces of a text of ``length`` characters; None if the account is none, or is of another text.

    Metadata are anybody's: they may have been through a database, and the text through a splitter.
    """
    if not isinstance(account, Mapping):
        return None
    spans, starts = account.get("spans"), account.get("starts")
    if not _pairs(spans) or not isinstance(starts, list | tuple) or len(starts) != len(spans):
        return None
    pieces = [Placed(at, Span(start, end)) for at, (start, end) in zip(starts, spans, strict=True)]
    ends = [0]
    for at, span in pieces:
        if not isinstance(at, int) or at < ends[-1] or not 0 <= span.start < span.end:
            return None
        ends.append(at + span.end - span.start)
    return pieces if ends[-1] == length else None


def _pairs(spans: object) -> TypeGuard[Sequence[Sequence[int]]]:
    return isinstance(spans, list | tuple) and all(
        isinstance(span, list | tuple) and len(span) == 2 and all(isinstance(each, int) for each in span)
        for span in spans
    )
