"""What a text says of itself, without a question: its head and end, trouble, figures, and what it is mostly about."""

import re
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.units.words import split_words
from excerpt.values.types import Context, Units

__all__ = ["SalienceScore"]

_TROUBLE = re.compile(
    r"\b(?:errors?|fail(?:s|ed|ure|ures|ing)?|exceptions?|traceback|warn(?:ing|ings)?|fatal|critical|panic|invalid|denied"
    r"|refused|timed? ?out|not found|abort(?:ed)?|cannot|unable)\b|\w(?:Error|Exception)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class SalienceScore:
    """Centrality + place + trouble + figures, each from 0 to 1 and times its weight; linear in the text.

    Centrality is the cosine of a unit's words, the rarer the heavier, with those of all units together (the centroid
    of Radev et al. 2004). Place is 1 for the first unit of a passage, half as much for its last, and falls from there.
    Figures are the share of a unit's words with a digit that not half of all units have.

    Args:
        centrality: Its weight.
        place: Its weight.
        trouble: Its weight: a unit speaks of an error, a failure or a refusal.
        figures: Its weight.

    Raises:
        ConfigError: A weight is no number of at least 0.
    """

    centrality: float = 0.25
    place: float = 1.0
    trouble: float = 1.0
    figures: float = 1.0
    name: ClassVar[str] = "salience"

    def __post_init__(self) -> None:
        for weight in ("centrality", "place", "trouble", "figures"):
            check_number(getattr(self, weight), f"salience: {weight}", least=0)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """Scores, float64 ``(n,)``; the question is not read."""
        texts = units.texts(context.passages)
        words = [Counter(text[start:end].casefold() for start, end in split_words(text)) for text in texts]
        having = Counter(word for counts in words for word in counts if any(map(str.isalnum, word)))
        trouble = np.array([bool(_TROUBLE.search(text)) for text in texts], dtype=np.float64)
        return np.asarray(
            self.centrality * _centrality(words, having)
            + self.place * _place(units.passage)
            + self.trouble * trouble
            + self.figures * _figures(words, having)
        )


def _centrality(words: list[Counter[str]], having: Counter[str]) -> NDArray[np.float64]:
    """The cosine of each unit with the sum of all, the best 1."""
    weight = {word: log(1 + len(words) / count) for word, count in having.items()}
    rows = [
        {word: count * weight[word] for word, count in counts.items() if word in weight} for counts in words
    ]
    centroid: Counter[str] = Counter()
    for row in rows:
        centroid.update(row)
    cosines = np.zeros(len(rows))
    for index, row in enumerate(rows):
        length = sum(value * value for value in row.values()) ** 0.5
        cosines[index] = sum(value * centroid[word] for word, value in row.items()) / max(length, 1e-12)
    return cosines / max(float(cosines.max(initial=0.0)), 1e-12)


def _place(passage: NDArray[np.integer]) -> NDArray[np.float64]:
    """1, 1/2, 1/3, ... from the front of each passage, or half of that from its end, whichever is more."""
    bounds = np.flatnonzero(np.diff(passage)) + 1
    parts = np.split(np.arange(len(passage)), bounds)
    places = [
        np.maximum(1 / (1.0 + np.arange(len(part))), 0.5 / (1.0 + np.arange(len(part))[::-1]))
        for part in parts
    ]
    return np.concatenate(places) if len(passage) else np.zeros(0)


def _figures(words: list[Counter[str]], having: Counter[str]) -> NDArray[np.float64]:
    """The share of words with a digit; those that half of the units have, such as a date before each line, are none."""
    common = len(words) / 2
    shares = [
        sum(count for word, count in counts.items() if _FIGURE.search(word) and having[word] <= common)
        / max(counts.total(), 1)
        for counts in words
    ]
    return np.array(shares, dtype=np.float64)
