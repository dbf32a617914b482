"""`excerpt.compressors.upstream.llmlingua2` as a stage of a chain."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from excerpt.compressors.upstream.llmlingua2 import ChunkClassifier, UpstreamOptions, compress_like_upstream
from excerpt.compressors.upstream.pieces import UpstreamPieces
from excerpt.run.fit import Room
from excerpt.values.spans import Span
from excerpt.values.types import Context, Units

__all__ = ["UpstreamStage"]


class UpstreamStage:
    """The above as a stage of a chain. `LLMLingua2` with ``compat="upstream"`` makes one.

    A kept word is kept where it stood: the output is made of the source's characters, not of the
    package's rewritten ones. A word whose place the detour through strings lost is dropped. Under a
    budget the package's ``target_token`` is the budget, and what it still leaves over is cut from the end.

    Args:
        classifier: Gives the probabilities.
        pieces: The checkpoint's tokenizer.
        options: The package's knobs.
    """

    def __init__(self, classifier: ChunkClassifier, pieces: UpstreamPieces, options: UpstreamOptions) -> None:
        self.classifier, self.pieces, self.options = classifier, pieces, options

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the words that the package labels 1."""
        texts = context.kept_texts()
        shown = [index for index, text in enumerate(texts) if text.strip()]
        options = self.options if room.tokens is None else replace(self.options, target_token=room.tokens)
        result = compress_like_upstream(
            [texts[index] for index in shown],
            self.classifier,
            self.pieces,
            count_tokens=room.counter.count,
            options=options,
        )
        room.deadline.check()
        if not result.words or all(word.label and word.span is None for word in result.words):
            return context  # nothing to drop
        spans: list[list[Span]] = [[] for _ in texts]
        labels: list[int] = []
        for word in result.words:
            index = shown[word.context]
            sources = list(_in_source(word.span, context.kept[index], spans[index][-1:]))
            spans[index] += sources
            labels += [word.label] * len(sources)
        kept = np.array(labels, dtype=bool)
        return room.fill(context, Units.of("word", spans), kept.astype(np.float64), kept)


def _in_source(span: Span | None, kept: Sequence[Span], before: Sequence[Span]) -> Iterator[Span]:
    """A span of the kept spans' joined text as spans of the passage, behind the one before."""
    if span is None:
        return
    at = 0
    last = before[0].end if before else 0
    for start, end in kept:
        first = max(start + max(span.start - at, 0), last)
        stop = min(start + span.end - at, end)
        if first < stop:
            yield Span(first, stop)
        at += end - start
