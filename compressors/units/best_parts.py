"""The best part of a unit that does not fit whole: some of its records, lines or sentences, or one run of its words.

A part is never made of scattered words: inside a sentence it is one run, from clause to clause where that fits, else
from word to word around what matches the question. It does not cut a protected span, and it does not leave out a
negation of its sentence, which would turn what is said into its opposite.
"""

import heapq
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import regex

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.units.lines import lines_of
from excerpt.compressors.units.splitting import glued
from excerpt.compressors.units.structure import split_records
from excerpt.compressors.units.word_forms import simple_forms
from excerpt.compressors.units.words import split_words
from excerpt.protocols import Protector
from excerpt.render import kept_text
from excerpt.tokens import TokenCounter
from excerpt.values.spans import Span, intersect, merge

__all__ = ["best_parts"]

_Part: TypeAlias = tuple[int, int, int]

_FEWEST_WORDS = 3  # a run of fewer says nothing
_TRIES = 24  # parts that are offered after the first; each costs a count
_STOP_WEIGHT = 0.1  # of a question word such as "is" beside one that says what is asked for
_PREFIX, _PREFIX_WEIGHT = 5, 0.6  # letters by which inflected forms are told to be of one word
_NUMBER_WEIGHT = 0.3  # of a number in a part: what a question asks for often is one
_ASKED_NUMBER_WEIGHT = 2.5  # in a run of a sentence, where the question asks for one
_ASKS_NUMBER = regex.compile(
    r"\b(?:how (?:many|much|long|far|old|often|high|deep|large|big|heavy|tall|fast|wide)|when|which (?:year|day)"
    r"|what (?:year|date|time|price|dose|amount|number)|wie (?:viele?|hoch|lange?|weit|alt|oft|schwer|tief)|wann"
    r"|combien|quand|cu[aá]nt[oa]s?|cu[aá]ndo|quant[oaie]s?|quando|hoeveel|wanneer|kiedy|kdy|kolik|ile)\b|几|多[少长高大久远重深]|何[年時分人]",
    regex.IGNORECASE,
)
_WIDEST = 100  # characters of one token, at most: what is longer need not be counted
_CHARACTERS = 2  # for each token that is free: a value of JSON of that size may be one part
_CLAUSE = regex.compile(r"[,;:—–]\s+|\s[-—–]\s|[，；：、،؛]\s*")
_APART = regex.compile(r"[;；؛]")  # what is said on one side holds without the other


def best_parts(  # noqa: PLR0913 - a place in a text, and what may be kept of it
    query: str,
    text: str,
    span: Span,
    *,
    tokens: int,
    counter: TokenCounter,
    guards: Protector | None = None,
    sentences: bool = True,
) -> list[_Part]:
    """The parts of one unit to keep in its place.

    Args:
        query: The question.
        text: The passage.
        span: The unit.
        tokens: What the parts may cost together, as they are rendered.
        counter: The reader's tokenizer.
        guards: What must not be cut; None for nothing.
        sentences: Whether a sentence may be cut.

    Returns:
        Triples of first character, one past the last, and the number of the parent in this list or -1, in the order of
        the text; empty where nothing of the unit fits.
    """
    body = text[slice(*span)]
    if len(body) <= _WIDEST * tokens and counter.count(body) <= tokens:
        return [(*span, -1)]
    unit = _Unit(_Question(query), text, tokens, counter, guards, sentences)
    protected = [] if guards is None else intersect(guards.protected(text), [span])
    records = split_records(body, longest=max(_CHARACTERS * tokens, 1))
    lines = [(line.start, line.end, min(number - 1, 0)) for number, line in enumerate(lines_of(body))]
    for parts in (records, lines):
        whole = glued(
            [(span.start + start, span.start + end, above) for start, end, above in parts], protected
        )
        if len(whole) > 1:
            return unit.some(whole)
    return unit.run(span)


class _Question:
    """What parts are compared with.

    Args:
        query: The question.
    """

    def __init__(self, query: str) -> None:
        forms = simple_forms([query[start:end] for start, end in split_words(query)])
        words = {form for form in forms if any(map(str.isalnum, form))}
        self.weights = {form: _STOP_WEIGHT if form in STOP_TERMS else 1.0 for form in words}
        self.number = _ASKED_NUMBER_WEIGHT if _ASKS_NUMBER.search(query) else _NUMBER_WEIGHT
        self.prefixes = {form[:_PREFIX]: form for form in words if len(form) > _PREFIX}

    def terms(self, words: Sequence[str]) -> list[tuple[str, float]]:
        """For each word the question's word that it stands for, with its weight; an empty one for none."""
        found = []
        for form in simple_forms(words):
            prefixed = self.prefixes.get(form[:_PREFIX], "")
            if form in self.weights:
                found.append((form, self.weights[form]))
            elif prefixed:
                found.append((prefixed, _PREFIX_WEIGHT * self.weights[prefixed]))
            elif any(map(str.isdigit, form)):
                found.append(("#", self.number))
            else:
                found.append(("", 0.0))
        return found

    def of_parts(self, text: str, parts: Sequence[Span]) -> list[list[tuple[str, float]]]:
        """The terms of the words of each part."""
        return [
            self.terms([text[start + a : start + b] for a, b in split_words(text[start:end])])
            for start, end in parts
        ]

    def matches(self, text: str, parts: Sequence[Span]) -> list[float]:
        """How well each part matches: terms that few of the parts have say more."""
        found = [dict(terms) for terms in self.of_parts(text, parts)]
        parts_with: dict[str, int] = {}
        for terms in found:
            for term in terms:
                parts_with[term] = parts_with.get(term, 0) + 1
        return [
            sum(
                (_NUMBER_WEIGHT if term == "#" else weight) / parts_with[term] ** 0.5
                for term, weight in terms.items()
                if term
            )
            for terms in found
        ]


def _with_parents(parts: Sequence[_Part], index: int) -> set[int]:
    """A part and the parts that must be read with it."""
    found = {index}
    while (index := parts[index][2]) >= 0:
        found.add(index)
    return found


@dataclass(frozen=True)
class _Sentence:
    """One sentence, and what may be kept of it."""

    text: str
    span: Span
    protected: Sequence[Span]  # sorted and apart
    negations: Sequence[Span]

    @classmethod
    def of(cls, text: str, span: Span, guards: Protector | None) -> "_Sentence":
        found = [] if guards is None else guards.found(text)
        inside = [(each, kind) for each, kind in found if each.start < span.end and span.start < each.end]
        return cls(
            text,
            span,
            merge(each for each, _ in inside),
            [each for each, kind in inside if kind == "negation"],
        )

    def bounds(self, cuts: Sequence[int]) -> list[int]:
        """Places where it may be cut: the given ones that lie in no protected span, and both ends."""
        starts = [start for start, _ in self.protected]
        free = []
        for cut in cuts:
            before = bisect_left(starts, cut) - 1  # the last protected span that begins before the cut
            inside = before >= 0 and cut < self.protected[before].end
            if self.span.start < cut < self.span.end and not inside:
                free.append(cut)
        return [self.span.start, *free, self.span.end]

    def is_safe(self, run: Span) -> bool:
        """Whether the run leaves out no negation that what it keeps may depend on."""
        for start, end in self.negations:
            if run.start <= start and end <= run.end:
                continue
            between = self.text[end : run.start] if end <= run.start else self.text[run.end : start]
            if not _APART.search(between):
                return False
        return True


@dataclass(frozen=True)
class _Unit:
    """A unit that is too large, and what its parts may cost."""

    asked: _Question
    text: str
    tokens: int
    counter: TokenCounter
    guards: Protector | None
    sentences: bool

    def some(self, parts: Sequence[_Part]) -> list[_Part]:
        """The parts that match best and those around them, each with its parents, as many as fit."""
        spans = [Span(start, end) for start, end, _ in parts]
        scores = self.asked.matches(self.text, spans)
        best = max(range(len(parts)), key=lambda index: (scores[index], -index))
        first = (_with_parents(parts, best), {best})
        chosen = next((each for each in first if self._fit(spans, each)), set())
        if not chosen:
            return self.run(spans[best])
        by_worth = sorted(range(len(parts)), key=lambda index: (-scores[index], abs(index - best)))
        for index in by_worth[: _TRIES + 1]:
            more = chosen | _with_parents(parts, index)
            if more != chosen and self._fit(spans, more):
                chosen = more
        kept = {index: number for number, index in enumerate(sorted(chosen))}
        return [(*spans[index], kept.get(parts[index][2], -1)) for index in kept]

    def run(self, span: Span) -> list[_Part]:
        """The best run of clauses of one sentence, or else of words; empty where none fits."""
        if not self.sentences:
            return []
        sentence = _Sentence.of(self.text, span, self.guards)
        body = self.text[slice(*span)]
        clauses = [span.start + match.end() for match in _CLAUSE.finditer(body)]
        words = [span.start + start for start, _ in split_words(body)]
        for cuts in (clauses, words):
            run = self._best_run(sentence, sentence.bounds(cuts))
            if run is not None and len(split_words(self.text[slice(*run)])) >= _FEWEST_WORDS:
                return [(*run, -1)]
        return []

    def _fit(self, parts: Sequence[Span], chosen: set[int]) -> bool:
        return (
            self.counter.count(kept_text(self.text, [parts[index] for index in sorted(chosen)]))
            <= self.tokens
        )

    def _best_run(self, sentence: "_Sentence", bounds: Sequence[int]) -> Span | None:
        """The run of pieces between bounds that matches best, as long as it may be; None where none fits."""
        text = self.text
        pieces = [Span(start, end) for start, end in pairwise(bounds)]
        costs = self.counter.count_many([text[start:end] for start, end in pieces])
        matched = self.asked.of_parts(text, pieces)
        runs: list[tuple[float, int, int]] = []
        inside: dict[str, deque[float]] = {}
        first = used = 0
        for last, cost in enumerate(
            costs
        ):  # both ends only move forward: the longest run that ends at each piece
            used += cost
            for term, weight in matched[last]:
                inside.setdefault(term, deque()).append(weight)
            while used > self.tokens and first <= last:
                used -= costs[first]
                for term, _ in matched[first]:
                    inside[term].popleft()
                    if not inside[term]:
                        del inside[term]
                first += 1
            if first <= last:
                runs.append((sum(max(weights) for weights in inside.values()), first, last))
        for _, low, high in heapq.nsmallest(_TRIES, runs, key=lambda run: (-run[0], run[1] - run[2])):
            start = pieces[low].start
            run = Span(start, start + len(text[start : pieces[high].end].rstrip()))
            if sentence.is_safe(run) and self.counter.count(text[slice(*run)]) <= self.tokens:
                return run
        return None
