"""Pairs from plain text, to learn reading in pairs before there are questions.

A sentence of a passage asks for the rest of it. Where a name or a number of that sentence stands in the rest too, it
gives way to a question word and its other places are the answer, which is recurring span selection (Ram et al.
2021, arXiv:2101.00438). The same sentence with the passage, out of many, that shares most of its rare words is the
negative.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from excerpt.files.jsonl import read_jsonl
from excerpt.models.training.pruner.examples import Pair, hardest
from excerpt.values.spans import Span

__all__ = ["Split", "corpus_pairs"]

Split = Callable[[str], list[Span]]
"""Cuts a text into sentences."""
_RECURRING = re.compile(r"(?<=\s)(?:\d[\d,.]+\d|[A-Z][\w'’-]{3,}(?: [A-Z][\w'’-]+)*)(?!\w)")
_LEAST = 3  # sentences: fewer leave nothing to read
_SEEN = 300  # passages among which the negative is looked for
_ASKING = ("what", "who", "which")


class _Asked(NamedTuple):
    """A passage without one of its sentences."""

    question: str
    rest: str
    keep: tuple[Span, ...] | None
    answers: tuple[Span, ...] | None


def corpus_pairs(path: str | Path, split: Split, seed: int) -> Iterator[list[Pair]]:
    """Two pairs for each passage of at least three sentences: with the rest of it, and with another.

    Args:
        path: JSONL with ``text`` and, where there is one, ``title``.
        split: Cuts a text into sentences.
        seed: Of the choice of sentences.

    Raises:
        InputError: A line is not JSON.
    """
    passages = [(str(row.get("title") or ""), str(row.get("text") or "")) for _, row in read_jsonl(path)]
    chance = random.Random(seed)
    for number, (title, text) in enumerate(passages):
        sentences = split(text)
        if len(sentences) < _LEAST:
            continue
        asked = _asked(title, text, sentences, chance)
        seen = [passages[index] for index in chance.sample(range(len(passages)), min(_SEEN, len(passages)))]
        others = [one for one in seen if one != passages[number]]
        yield [
            Pair(asked.question, title, asked.rest, True, asked.keep, asked.answers),
            *(
                Pair(asked.question, *others[index], False, (), ())
                for index in hardest(asked.question, [" ".join(one) for one in others], 1)
            ),
        ]


def _asked(title: str, text: str, sentences: Sequence[Span], chance: random.Random) -> _Asked:
    """The sentence with the longest recurring name, of three at random; else the last of the three, as it is."""
    for sentence in (chosen := chance.sample(list(sentences), _LEAST)):
        asking, rest = text[slice(*sentence)], text[: sentence.start] + text[sentence.end :]
        names = {name for name in _RECURRING.findall(asking) if name not in title and _places(name, rest)}
        if names:
            name = max(names, key=lambda one: (len(one), one))
            places = _places(name, rest)
            question = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", chance.choice(_ASKING), asking)
            return _Asked(question, rest, _around(places, sentences, sentence), places)
    last = chosen[-1]
    return _Asked(text[slice(*last)], text[: last.start] + text[last.end :], None, None)


def _places(name: str, text: str) -> tuple[Span, ...]:
    return tuple(Span(*match.span()) for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def _around(places: Sequence[Span], sentences: Sequence[Span], left_out: Span) -> tuple[Span, ...]:
    """The sentences that hold one of the places, counted without the one that is left out."""
    gone = left_out.end - left_out.start
    moved = [
        Span(start - gone, end - gone) if start > left_out.start else Span(start, end)
        for start, end in sentences
        if (start, end) != left_out
    ]
    return tuple(
        one for one in moved if any(one.start < place.end and place.start < one.end for place in places)
    )
