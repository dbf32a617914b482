"""Which words of a text its compression kept: LLMLingua-2's sliding-window matching (Pan et al. 2024).

The words of the compression are looked up one after the other, each near the place where the one
before was found, forwards and backwards, the nearer place first. What the paper's two measures say:

* variation rate: the share of the compression's words that the text does not have (made up);
* alignment gap: the share of the text that the compression seems to hold (words that occur
  in the text at all), less the share that was found in its place.

Two differences from the public script, which trains on the bare lemmas that it compares: words are
compared by a normal form, and every label stands on the word as it is in the text; and commas, which
the script removes for good, get a label after the words have theirs.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from excerpt.compressors.units.word_forms import even_form, simple_forms
from excerpt.errors import InputError
from excerpt.imports.extras import require
from excerpt.values.spans import Span

__all__ = [
    "PAPER_WINDOW",
    "Alignment",
    "NormalForms",
    "Split",
    "align",
    "lemmas",
    "match_window",
]

Split: TypeAlias = Callable[[str], list[Span]]
NormalForms: TypeAlias = Callable[[Sequence[str]], list[str]]
"""From the words of one text, in order, to what they are compared by."""

PAPER_WINDOW = 400
"""Of the paper's data script; the released library's own default is 150."""
_COMMAS = frozenset(",،、，")


@dataclass(frozen=True, slots=True)
class Alignment:
    """The labels of one text.

    Args:
        marks: Start, end and label (1 keep, 0 drop) of each word.
        variation_rate: 0 when every word of the compression is in the text, 1 when none is.
        alignment_gap: 0 when every word was found in its place.
    """

    marks: tuple[tuple[int, int, int], ...]
    variation_rate: float
    alignment_gap: float

    @property
    def kept(self) -> float:
        """Share of the words that are labelled keep; 0 for a text without words."""
        return sum(label for _, _, label in self.marks) / max(len(self.marks), 1)


def match_window(text: Sequence[str], compression: Sequence[str], window: int) -> list[int | None]:
    """Where each word of a compression stands in its text.

    Words that are equal match; a place is given once. The search starts where the last word was found
    and goes out to ``window - 1`` words on either side, the place ahead before the one behind. After a
    leap ahead of more than half a window the start follows by half a window only.

    Args:
        text: The words of the text, in the form they are compared by.
        compression: The words of the compression, in the same form.
        window: At least 1.

    Returns:
        For each word of the compression its place in ``text``, or None.

    Raises:
        InputError: ``window`` is below 1.
    """
    if window < 1:
        message = f"window: must be at least 1, got {window}"
        raise InputError(message)
    free: dict[str, list[int]] = {}
    for place, word in enumerate(text):
        free.setdefault(word, []).append(place)
    start = 0
    found: list[int | None] = []
    for word in compression:
        hit = _nearest(free.get(word, []), start, window)
        found.append(hit)
        if hit is not None:
            leapt = hit - start > window // 2
            start = start + window // 2 if leapt else hit
    return found


def _nearest(places: list[int], start: int, window: int) -> int | None:
    """Take the place nearest to ``start`` out of a sorted list; the one ahead when two are as near."""
    index = bisect_left(places, start)
    ahead = places[index] - start if index < len(places) else window
    behind = start - places[index - 1] if index else window
    if min(ahead, behind) >= window:
        return None
    return places.pop(index if ahead <= behind else index - 1)


def align(
    text: str,
    compression: str,
    split: Split,
    *,
    forms: NormalForms | None = None,
    window: int = PAPER_WINDOW,
) -> Alignment:
    """Label the words of a text by a compression of it.

    Args:
        text: The text that was to be compressed.
        compression: What came back.
        split: Cuts either into words, punctuation apart (`excerpt.compressors.units.words.split_words`).
        forms: What words are compared by; default: `simple_forms`.
        window: How far a word is looked for (`PAPER_WINDOW`).

    Raises:
        InputError: ``window`` is below 1.
    """
    forms = forms or simple_forms
    spans = split(text)
    words = forms([text[start:end] for start, end in spans])
    answer = forms([compression[start:end] for start, end in split(compression)])
    places = [place for place, word in enumerate(words) if word not in _COMMAS]
    bare = [words[place] for place in places]
    asked = [word for word in answer if word not in _COMMAS]
    found = match_window(bare, asked, window)

    labels = [0] * len(words)
    for place in found:
        if place is not None:
            labels[places[place]] = 1
    _label_commas(labels, words, answer, iter([None if place is None else places[place] for place in found]))
    known = set(bare)
    hits = sum(word in known for word in asked)
    matched = sum(place is not None for place in found)
    return Alignment(
        tuple((start, end, label) for (start, end), label in zip(spans, labels, strict=True)),
        1 - hits / len(asked) if asked else 1.0,
        (hits - matched) / len(bare) if bare else 0.0,
    )


def _label_commas(
    labels: list[int], words: list[str], answer: list[str], found: Iterator[int | None]
) -> None:
    """Keep a comma of the text when the compression has one right after the same word."""
    last: int | None = None
    for word in answer:
        if word not in _COMMAS:
            last = next(found)
        elif last is not None and last + 1 < len(words) and words[last + 1] in _COMMAS:
            labels[last + 1] = 1


def lemmas(model: str) -> NormalForms:
    """Case-folded lemmas by a spaCy pipeline, as the paper compares words.

    Args:
        model: An installed pipeline with a lemmatiser (the paper: ``en_core_web_sm``), or its folder.

    Raises:
        InputError: There is no such pipeline.
        MissingExtraError: spaCy is not installed.
    """
    spacy = require("spacy", extra="spacy", purpose="comparing words by their lemmas")
    try:
        pipeline = spacy.load(model, exclude=["parser", "ner"])
    except OSError as error:
        message = (
            f"lemmas: spaCy has no pipeline {model!r}; install it with: python -m spacy download {model}"
        )
        raise InputError(message) from error

    def forms(words: Sequence[str]) -> list[str]:
        document = pipeline(spacy.tokens.Doc(pipeline.vocab, words=list(words)))
        return [even_form(token.lemma_ or token.text) for token in document]

    return forms
