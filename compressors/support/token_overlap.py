"""Support by the words that a sentence shares with its sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.support.protocol import Supported
from excerpt.compressors.units.word_forms import simple_forms
from excerpt.compressors.units.words import split_words

if TYPE_CHECKING:
    from excerpt.models.protocols import Check

__all__ = ["TokenOverlap"]

_SOURCES = 2  # passages that one sentence may be put together from


@dataclass(frozen=True, slots=True)
class TokenOverlap:
    """The share of a sentence's content words that at most two of the sources have; no model.

    Words are compared without case, width and plural. A number that neither source has makes the support 0. Made to
    find where an answer was taken from; what a model wrote is judged by
    `excerpt.compressors.support.fact_overlap.FactOverlap`, which sees when the right words are put together wrongly.

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
