"""Passages and questions to time with, of the words of the demo corpus."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import count as count_from

from excerpt.compressors.units.sentences import split_sentences
from excerpt.files.jsonl import parse_object
from excerpt.values.types import Passage

__all__ = ["passages", "questions"]


def passages(count_tokens: Callable[[str], int], count: int, tokens: int) -> list[Passage]:
    """Passages of at most ``tokens`` tokens and little less, all different.

    Args:
        count_tokens: Counts a word.
        count: How many.
        tokens: Of each, by the sum over its words.
    """
    known = cache(count_tokens)
    found: dict[str, Passage] = {}
    taken: list[str] = []
    used = 0
    for word in _words():
        if used + known(word) > tokens:
            text = " ".join(taken)
            found.setdefault(text, Passage(text, title=f"Passage {len(found)}"))
            taken, used = [], 0
            if len(found) == count:
                break
        taken.append(word)
        used += known(word)
    return list(found.values())


def questions() -> Iterator[str]:
    """Questions without end, no two the same."""
    rows = _rows("corpus.jsonl")
    asked = 0
    while True:
        for row in rows:
            asked += 1
            yield f"What is known of {row['title']} in the year {1700 + asked}?"


def _words() -> Iterator[str]:
    """The words of the corpus without end: each time the first half of a sentence goes on with that of another."""
    bodies = [row["text"] for row in _rows("corpus.jsonl")]
    sentences = [body[start:end].split() for body in bodies for start, end in split_sentences(body)]
    for lap in count_from():
        for place, words in enumerate(sentences):
            other = sentences[(place + lap) % len(sentences)]
            yield from (*words[: len(words) // 2], *other[len(other) // 2 :])


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    lines = files("excerpt.demo").joinpath(name).read_bytes().splitlines()
    return tuple(parse_object(line, f"{name}, line {number}") for number, line in enumerate(lines, start=1))
