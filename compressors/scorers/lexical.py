"""Words, salience and place, without a model (Headroom's TextCrusher)."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.scorers.bm25 import Bm25
from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.selectors.novelty import said_already
from excerpt.compressors.units.words import split_words
from excerpt.values.types import Context, Units

__all__ = ["LexicalScore"]

_CAPITALS = re.compile(r"[A-Z]{2,}")
_IDENTIFIER = re.compile(r"\d|\w\.\w")
_TROUBLE = re.compile(
    r"(?:error|fail(?:s|ed|ure)?|exception|warning|fatal|critical|invalid|denied|timeout)", re.IGNORECASE
)
_SHORT = 12  # characters


@dataclass(frozen=True)
class LexicalScore:
    """Place (late is better) + 2 x BM25 + 1.5 x salience, each from 0 to 1; a quarter of it for scraps.

    Sentences most of whose word triples stand in better ones already come last, as with the selector ``novel``.

    Args:
        repeated: The share of triples from which a sentence counts as said already.

    Raises:
        ConfigError: It is no number from 0 to 1.
    """

    repeated: float = 0.85
    name: ClassVar[str] = "lexical"

    def __post_init__(self) -> None:
        check_number(self.repeated, "lexical: repeated", least=0, most=1)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
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
        scores[said_already(words, best_first(scores), self.repeated)] -= 10.0  # no score is above 4.5
        return scores


def _salience(words: list[str]) -> float:
    """The share of words in capitals, with a digit or a dot inside, or that speak of trouble."""
    hits = [
        _CAPITALS.fullmatch(word) or _IDENTIFIER.search(word) or _TROUBLE.fullmatch(word) for word in words
    ]
    return sum(map(bool, hits)) / max(len(words), 1)
