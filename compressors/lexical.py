"""Sentences by words, salience and place, without a model: the strongest simple rival (Headroom's TextCrusher)."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.extractive import Extractive
from excerpt.compressors.scorers.similarity import Bm25
from excerpt.compressors.units.words import split_words
from excerpt.run.fit import Room
from excerpt.values.types import Context, Units

__all__ = ["Lexical", "LexicalScore"]

_CAPITALS = re.compile(r"[A-Z]{2,}")
_IDENTIFIER = re.compile(r"\d|\w\.\w")
_TROUBLE = re.compile(
    r"(?:error|fail(?:s|ed|ure)?|exception|warning|fatal|critical|invalid|denied|timeout)", re.IGNORECASE
)
_SHORT = 12  # characters


@dataclass(frozen=True)
class LexicalScore:
    """Place (late is better) + 2 x BM25 + 1.5 x salience, each from 0 to 1; a quarter of it for scraps.

    Sentences most of whose word triples stand in better ones already come last.

    Args:
        repeated: The share of triples from which a sentence counts as said already.
        name: What reports call it.
    """

    repeated: float = 0.85
    name: str = "lexical"

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:
        """Scores, float64 ``(n,)``."""
        texts = units.texts(context.passages)
        match = Bm25().score(context, units).astype(np.float64)
        place = np.arange(1, len(units) + 1) / max(len(units), 1)
        words = [[text[start:end] for start, end in split_words(text)] for text in texts]
        scores = (
            place
            + 2 * match / max(float(match.max(initial=0)), 1e-12)
            + 1.5 * np.array(list(map(_salience, words)))
        )
        scores *= [0.25 if len(text) < _SHORT else 1.0 for text in texts]
        return self._said_already_last(scores, words)

    def _said_already_last(self, scores: NDArray[np.float64], words: list[list[str]]) -> NDArray[np.float64]:
        said: set[tuple[str, ...]] = set()
        moved = scores.copy()
        for index in np.argsort(-scores, kind="stable").tolist():
            lower = [word.casefold() for word in words[index]]
            triples = set(zip(lower, lower[1:], lower[2:], strict=False))
            if triples and len(triples & said) >= self.repeated * len(triples):
                moved[index] -= 10.0  # no score is above 4.5
            else:
                said |= triples
        return moved


def _salience(words: list[str]) -> float:
    """The share of words in capitals, with a digit or a dot inside, or that speak of trouble."""
    hits = [
        _CAPITALS.fullmatch(word) or _IDENTIFIER.search(word) or _TROUBLE.fullmatch(word) for word in words
    ]
    return sum(map(bool, hits)) / max(len(words), 1)


@dataclass(frozen=True)
class Lexical:
    """The sentences that words alone speak for.

    Args:
        repeated: The share of word triples from which a sentence counts as said already.
    """

    repeated: float = 0.85
    name: str = "lexical"

    def compress(self, context: Context, room: Room) -> Context:
        """Keep the best sentences that fit."""
        return Extractive(self.name, "sentence", LexicalScore(self.repeated)).compress(context, room)
