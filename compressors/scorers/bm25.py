"""Lexical match: BM25."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.units.words import split_words
from excerpt.values.types import Context, Units

__all__ = ["Bm25"]


@dataclass(frozen=True)
class Bm25:
    """Lexical match of each unit with the query (Robertson's BM25, in Lucene's form).

    Args:
        k1: Saturation of term counts.
        b: Strength of length normalisation, from 0 to 1.

    Raises:
        ConfigError: A number is out of range.
    """

    k1: float = 0.9
    b: float = 0.4
    name: ClassVar[str] = "bm25"

    def __post_init__(self) -> None:
        check_number(self.k1, "bm25: k1", least=0)
        check_number(self.b, "bm25: b", least=0, most=1)

    def score(self, context: Context, units: Units) -> NDArray[np.float64]:
        """BM25 scores over the context's own units as the collection, float64 ``(n,)``."""
        documents = [_terms(text) for text in units.texts(context.passages)]
        place = {term: number for number, term in enumerate(sorted(set(_terms(context.query))))}
        hits = [
            (number, place[word], count)
            for number, document in enumerate(documents)
            for word, count in Counter(filter(place.__contains__, document)).items()
        ]
        row, term, often = np.array(hits, dtype=np.int64).reshape(-1, 3).T
        df = np.bincount(term, minlength=len(place))
        idf = np.log1p((len(documents) - df + 0.5) / (df + 0.5))
        length = np.array([len(document) for document in documents], dtype=np.float64)
        relative = 1 - self.b + self.b * length / max(float(length.sum()) / max(len(length), 1), 1e-9)
        parts = idf[term] * often / (often + self.k1 * relative[row])
        return np.bincount(row, weights=parts, minlength=len(documents)).astype(np.float64)


def _terms(text: str) -> list[str]:
    words = (text[start:end].casefold() for start, end in split_words(text))
    return [word for word in words if any(map(str.isalnum, word))]
