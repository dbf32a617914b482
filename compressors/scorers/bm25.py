"""Lexical match: BM25."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from excerpt.checks import check_number
from excerpt.compressors.units.words import split_words
from excerpt.imports.extras import require
from excerpt.values.types import Context, Units

__all__ = ["Bm25"]


@dataclass(frozen=True)
class Bm25:
    """Lexical match of each unit with the query (Robertson's BM25, Lucene's form; by bm25s).

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

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:
        """BM25 scores over the context's own units as the collection, float32 ``(n,)``."""
        bm25s = require("bm25s", extra="index", purpose="the bm25 scorer")
        documents = [_terms(text) for text in units.texts(context.passages)]
        query = sorted(set(_terms(context.query)) & {term for document in documents for term in document})
        if not query:
            return np.zeros(len(units))
        index = bm25s.BM25(k1=self.k1, b=self.b, method="lucene")
        index.index(documents, show_progress=False)
        scores: NDArray[np.floating] = index.get_scores(query)
        return scores


def _terms(text: str) -> list[str]:
    words = (text[start:end].casefold() for start, end in split_words(text))
    return [word for word in words if any(map(str.isalnum, word))]
