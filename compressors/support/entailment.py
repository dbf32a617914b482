"""Support by a cross-encoder of natural-language inference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from excerpt.compressors.support.protocol import Supported
from excerpt.compressors.units.sentences import split_sentences

if TYPE_CHECKING:
    from excerpt.models import CrossEncoder
    from excerpt.models.protocols import Check

__all__ = ["Entailment"]

_MARGIN = 8  # special tokens around a pair, at most


@dataclass(frozen=True)
class Entailment:
    """How likely the best source entails the sentence, by a cross-encoder trained on inference.

    Args:
        model: Such as ``cross-encoder/nli-deberta-v3-small``; it must know a class of the name ``label``.
        label: The class.
        name: What reports call it.
    """

    model: "CrossEncoder"
    label: str = "entailment"
    name: str = field(default="entailment")

    def judge(
        self, sentences: Sequence[str], sources: Sequence[str], *, check: "Check" = None
    ) -> list[Supported]:
        """As `Support.judge`; a source longer than the model's window counts by its best part."""
        asked = [
            (number, index, part, sentence)
            for number, sentence in enumerate(sentences)
            for index, source in enumerate(sources)
            for part in self._parts(source, sentence)
        ]
        pairs = [(part, sentence) for _, _, part, sentence in asked]
        values = self.model.probability(self.label, pairs, check=check).tolist()
        best: list[dict[int, float]] = [{} for _ in sentences]
        for (number, index, _, _), value in zip(asked, values, strict=True):
            best[number][index] = max(value, best[number].get(index, 0.0))
        return [_likeliest(support) for support in best]

    def _parts(self, source: str, sentence: str) -> Iterator[str]:
        """The source in runs of whole sentences that fit beside the sentence."""
        spans = split_sentences(source)
        counts = self.model.tokenizer.count([sentence, *(source[start:end] for start, end in spans)]).tolist()
        room = self.model.max_tokens - counts[0] - _MARGIN
        first, used = 0, 0
        for number, count in enumerate(counts[1:]):
            if count > room:  # a sentence that is too long for the model is not judged
                if number > first:
                    yield source[spans[first].start : spans[number - 1].end]
                first, used = number + 1, 0
                continue
            if used + count > room:
                yield source[spans[first].start : spans[number - 1].end]
                first, used = number, 0
            used += count
        if first < len(spans):
            yield source[spans[first].start : spans[-1].end]


def _likeliest(support: dict[int, float]) -> Supported:
    if not support:
        return Supported(0.0, ())
    ranked = sorted(support, key=lambda index: (-support[index], index))
    return Supported(support[ranked[0]], tuple(ranked[:1]))
