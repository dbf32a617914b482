"""Guards: what is kept whole or dropped whole, never cut in the middle.

A guard finds protected spans in a passage. ``excerpt.compressors.units.splitting.split`` glues the units that
such a span touches into one, so no choice among units can cut it, and `excerpt.run.breaches` checks the
result of a chain after the fact. All built-in patterns take time linear in the length of the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import regex

from excerpt.compressors.guards.gaps import in_block
from excerpt.compressors.guards.negations import NEGATIONS, NEGATIONS_BEHIND
from excerpt.compressors.guards.numbers import COMPARED_NUMBERS, EASTERN_NUMBERS, NAMED_NUMBERS, NUMBERS
from excerpt.compressors.guards.patterns import INLINE_CODE, QUOTES, URLS
from excerpt.compressors.guards.rules import Rule, mark_breaks
from excerpt.compressors.units import blocks
from excerpt.compressors.units.blocks import split_blocks
from excerpt.compressors.units.forms.enclosed import begins_insert
from excerpt.compressors.units.forms.minified import is_minified
from excerpt.compressors.units.lines import lines_of
from excerpt.compressors.units.offsets import columns_of, spans_of
from excerpt.errors import ConfigError
from excerpt.values.spans import Span, merge
from excerpt.values.stored import Columns
from excerpt.values.types import Passage

__all__ = ["RULES_VERSION", "Guards", "Protected"]

RULES_VERSION = 4
"""Raise it with every change of what a guard protects, patterns included; stored ones of another
number are not used (tests/golden)."""

_SWITCHES = ("numbers", "negations", "urls", "code", "tables", "quotes")
_KINDS = (
    *sorted({rule.kind for rule in (NUMBERS, NEGATIONS, URLS, INLINE_CODE, QUOTES)} | {"code"}),
    "table",
    "pattern",
)
_LONGEST = {"number": 120, "negation": 240, "url": 2_000, "table": 2_000, "code": 2_000}
"""Characters of the longest span of a kind; what is longer is not protected. Quotations and code in a sentence have 200
at most by their patterns."""
_PATTERN_SECONDS = 2.0  # for one pattern of the user on one passage


class Protected:
    """What is protected in one text, as numbers: of most passages only the joined spans are ever asked for.

    Args:
        columns: Spans and kinds of what was found, and the joined spans.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    @property
    def found(self) -> list[tuple[Span, str]]:
        """As `Guards.found` gives it."""
        kinds = [_KINDS[number] for number in self.columns["kind"].tolist()]
        return list(zip(spans_of(self.columns), kinds, strict=True))

    @property
    def protected(self) -> list[Span]:
        """As `Guards.protected` gives it."""
        return spans_of({"start": self.columns["joined_start"], "end": self.columns["joined_end"]})


@dataclass(frozen=True)
class Guards:
    """What to protect.

    Args:
        numbers: Numbers with sign, comparison, currency, magnitude and unit; dates, times, ranges, ordinals.
        negations: A negation together with the rest of its clause ("did not win the cup", "without water"), in thirty
            languages.
        urls: URLs, e-mail addresses, host names, DOIs and file paths, of at most 2,000 characters.
        code: Each line of a code block, fenced or not, and inline code; but no line of minified code, nor the rows of
            an INSERT, which hold more than any question is about.
        tables: Each row of a table, of at most 2,000 characters.
        quotes: Quoted strings of at most 200 characters, in prose also where a line was wrapped.
        patterns: Regular expressions of your own, in the syntax of the ``regex`` package.

    Raises:
        ConfigError: A pattern cannot be compiled.
    """

    numbers: bool = True
    negations: bool = True
    urls: bool = True
    code: bool = True
    tables: bool = True
    quotes: bool = True
    patterns: tuple[str, ...] = ()
    _compiled: tuple[regex.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "patterns", tuple(self.patterns))
        object.__setattr__(self, "_compiled", tuple(map(_compile, self.patterns)))

    def protected(self, text: str) -> list[Span]:
        """The characters that belong together: sorted spans that neither overlap nor touch.

        Raises:
            ConfigError: One of ``patterns`` took longer than two seconds on this text.
        """
        return list(merge(span for span, _ in self.found(text)))

    @property
    def name(self) -> str:
        """What reports call it."""
        return "guards"

    @property
    def fingerprint(self) -> str:
        """Of the settings and the versions of the rules, so that what an index stored is never older than these."""
        wanted = [repr(getattr(self, name)) for name in (*_SWITCHES, "patterns")]
        return f"guards-{RULES_VERSION} blocks-{blocks.RULES_VERSION} {' '.join(wanted)}"

    def signals(self, passages: Sequence[Passage]) -> list[Protected]:
        """What is protected in each text."""
        return [self._protected(passage.text) for passage in passages]

    def columns(self, signals: Protected) -> Columns:
        """Spans and kinds as numbers."""
        return signals.columns

    def restored(self, columns: Columns) -> Protected:
        """The spans and kinds."""
        return Protected(columns)

    def _protected(self, text: str) -> Protected:
        pairs = list(self.found(text))
        joined = columns_of(merge(span for span, _ in pairs))
        kinds = np.array([_KINDS.index(kind) for _, kind in pairs], dtype=np.uint8)
        spans = columns_of([span for span, _ in pairs])
        return Protected(
            {**spans, "kind": kinds, "joined_start": joined["start"], "joined_end": joined["end"]}
        )

    def found(self, text: str) -> Iterator[tuple[Span, str]]:
        """Every protected span with its kind, kind by kind; spans of different kinds may overlap."""
        marked = mark_breaks(text)
        for rule in self._rules(text):
            yield from _bounded((span, rule.kind) for span in rule.spans(marked))
        if self.code or self.tables:
            yield from _bounded(self._blocks(text))
        yield from self._of_patterns(text)

    def crossing(self, text: str, gaps: Sequence[tuple[int, int]]) -> list[tuple[Span, str]]:
        """Of what `found` gives, that which reaches from one side of a gap to the other, and maybe more.

        Args:
            text: The text.
            gaps: Where one piece ends and the next begins, white space or nothing between.
        """
        marked = mark_breaks(text)
        rules = self._rules(text)
        tests = {rule.crosses for rule in rules if rule.crosses is not None}
        crossed = {test for test in tests if any(test(marked, *gap) for gap in gaps)}
        found = [
            each
            for rule in rules
            if rule.crosses is None or rule.crosses in crossed
            for each in _bounded((span, rule.kind) for span in rule.spans(marked))
        ]
        if (self.code or self.tables) and in_block(text, gaps):
            found += _bounded(self._blocks(text))
        found += self._of_patterns(text)
        # Where nothing stands between two pieces, spans that only meet there hold them together.
        meeting = {end for end, start in gaps if end == start}.intersection(span.end for span, _ in found)
        return list(self.found(text)) if meeting else found

    def _rules(self, text: str) -> list[Rule]:
        wanted = (
            (self.numbers, NUMBERS),
            (self.numbers, NAMED_NUMBERS),
            (self.numbers, COMPARED_NUMBERS),
            (self.numbers and not text.isascii(), EASTERN_NUMBERS),
            (self.negations, NEGATIONS),
            (self.negations, NEGATIONS_BEHIND),
            (self.urls, URLS),
            (self.code, INLINE_CODE),
            (self.quotes, QUOTES),
        )
        return [rule for switch, rule in wanted if switch]

    def _of_patterns(self, text: str) -> Iterator[tuple[Span, str]]:
        for pattern in self._compiled:
            for span in _matches(pattern, text):
                yield span, "pattern"

    def _blocks(self, text: str) -> Iterator[tuple[Span, str]]:
        for block in split_blocks(text):
            kind = "table" if block.kind == "row" else block.kind
            if (kind == "table" and self.tables) or (kind == "code" and self.code):
                # By line: a long function is read without some of its lines, a header without the rule under it.
                for line in lines_of(text[block.start : block.end]):
                    if kind == "table" or not (is_minified(line.text) or begins_insert(line.text)):
                        yield Span(block.start + line.start, block.start + line.end), kind


def _bounded(pairs: Iterable[tuple[Span, str]]) -> Iterator[tuple[Span, str]]:
    """Those that are not longer than what is sane for their kind."""
    for span, kind in pairs:
        if span.end - span.start <= _LONGEST.get(kind, span.end):
            yield span, kind


def _compile(pattern: str) -> "regex.Pattern[str]":
    try:
        return regex.compile(pattern)
    except (regex.error, TypeError) as error:
        message = f"the guard pattern {pattern!r} is not a regular expression: {error}; correct or remove it"
        raise ConfigError(message) from error


def _matches(pattern: "regex.Pattern[str]", text: str) -> Iterator[Span]:
    """The matches without white space at their ends; empty ones are left out."""
    try:
        for match in pattern.finditer(text, timeout=_PATTERN_SECONDS):
            start, end = match.span()
            body = text[start:end].strip()
            if body:
                start += text[start:end].index(body[0])
                yield Span(start, start + len(body))
    except TimeoutError as error:
        message = (
            f"the guard pattern {pattern.pattern!r} took longer than {_PATTERN_SECONDS:g} s on a text of "
            f"{len(text)} characters; make it simpler (nested repeats such as (a+)+ are the usual cause)"
        )
        raise ConfigError(message) from error
