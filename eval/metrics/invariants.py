"""Checks of what must hold for every compression, whatever the chain did."""

from collections.abc import Iterator

from excerpt.tokens import TokenCounter
from excerpt.values.compressed import Compressed
from excerpt.values.kept import KeptPassage

__all__ = ["breaches"]


def breaches(result: Compressed, counter: TokenCounter) -> list[str]:
    """What is wrong with a result; empty if all is well.

    Spans sorted, apart and inside their passage; every piece of the text a slice of its source (of a rewritten
    text: every piece that was copied); token counts true; the budget held; not longer than the input; nothing
    protected cut in the middle.

    Args:
        result: The result.
        counter: The tokenizer of its budget.
    """
    found = [problem for kept in result.passages for problem in _span_problems(kept)]
    found += _piece_problems(result)
    found += _count_problems(result, counter)
    found += [
        f"guard: {cut.kind} at {tuple(cut.span)} of passage {cut.passage} was cut"
        for cut in result.report.breaches
    ]
    return found


def _span_problems(kept: KeptPassage) -> Iterator[str]:
    last = -1
    for start, end in kept.spans:
        if not 0 <= start < end <= len(kept.passage.text):
            yield f"inside: ({start}, {end}) of passage {kept.index} with {len(kept.passage.text)} characters"
        if start <= last:
            yield f"sorted: ({start}, {end}) of passage {kept.index} follows a span that ends at {last}"
        last = end


def _piece_problems(result: Compressed) -> Iterator[str]:
    written: dict[int, list[tuple[int, int]]] = {}
    for piece in result.pieces:
        length = piece.end - piece.start
        source = result.passages[piece.passage].passage.text[piece.source : piece.source + length]
        if result.text[piece.start : piece.end] != source:
            yield f"verbatim: text[{piece.start}:{piece.end}] is not what passage {piece.passage} says"
        written.setdefault(piece.passage, []).append((piece.source, piece.source + length))
    for kept in result.passages if result.verbatim else ():  # copies may stand in any order
        if written.get(kept.index, []) != [tuple(span) for span in kept.spans]:
            yield f"verbatim: the text does not hold exactly the kept spans of passage {kept.index}"


def _count_problems(result: Compressed, counter: TokenCounter) -> Iterator[str]:
    soft = result.soft
    counted = counter.count(result.text) if soft is None else soft.tokens(counter, result.text)
    if counted != result.tokens_out:
        yield f"count: tokens_out says {result.tokens_out}, the text has {counted}"
    if result.report.limit is not None and counted > result.report.limit:
        yield f"budget: {counted} tokens, the limit is {result.report.limit}"
    if counted > result.tokens_in:
        yield f"longer: {counted} tokens out, {result.tokens_in} in"
