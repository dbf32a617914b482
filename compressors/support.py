"""Whether passages support a sentence that somebody wrote from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.units.word_forms import simple_forms
from excerpt.compressors.units.words import split_words

if TYPE_CHECKING:
    from excerpt.models import CrossEncoder
    from excerpt.models.protocols import Check

__all__ = ["Entailment", "Support", "Supported", "TokenOverlap"]

_SOURCES = 2  # passages that one sentence may be put together from
_MARGIN = 8  # special tokens around a pair, at most


class Supported(NamedTuple):
    """How well a sentence is supported.

    Attributes:
        support: 0 to 1.
        sources: Places of the sources that support it, the best first; empty where none does.
    """

    support: float
    sources: tuple[int, ...]


class Support(Protocol):
    """Judges sentences by their sources."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def judge(
        self, sentences: Sequence[str], sources: Sequence[str], *, check: "Check" = None
    ) -> list[Supported]:
        """One judgement a sentence.

        Args:
            sentences: What was written.
            sources: What it was written from.
            check: Called now and then; what it raises ends the judging.
        """


@dataclass(frozen=True, slots=True)
class TokenOverlap:
    """The share of a sentence's content words that at most two of the sources have; no model.

    Words are compared without case, width and plural. A number that neither source has makes the support 0: invented
    years and amounts look like all the others. It cannot see that the right words say the wrong thing; `Entailment`
    can.

    Args:
        name: What reports call it.
    """

    name: str = "token-overlap"

    def judge(
        self,
        sentences: Sequence[str],
        sources: Sequence[str],
        *,
        check: "Check" = None,  # noqa: ARG002 - the shape of a support check; this takes no time
    ) -> list[Supported]:
        """As `Support.judge`; a sentence without content words has the support 0."""
        known = [_content(source) for source in sources]
        return [_covered(_content(sentence), known) for sentence in sentences]


def _content(text: str) -> frozenset[str]:
    words = (text[start:end].replace("’", "'").removesuffix("'s") for start, end in split_words(text))
    forms = simple_forms(list(words))
    return frozenset(form for form in forms if form not in STOP_TERMS and any(map(str.isalnum, form)))


def _covered(words: frozenset[str], known: Sequence[frozenset[str]]) -> Supported:
    """Takes the source that covers most of what is left, twice."""
    missing, chosen = words, []
    for _ in range(min(_SOURCES, len(known))):
        best = max(range(len(known)), key=lambda index: len(missing & known[index]))
        if not missing & known[best]:
            break
        chosen.append(best)
        missing -= known[best]
    invented = any(any(map(str.isdigit, word)) for word in missing)
    share = 0.0 if invented or not words else 1 - len(missing) / len(words)
    return Supported(share, tuple(chosen))


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
