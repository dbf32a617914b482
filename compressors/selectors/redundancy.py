"""How alike two units are, for selectors that weigh repetition: by the scorer's vectors, else by words.

Nothing is encoded for it: vectors are those that the stage's scorer, or an index, has already
(`excerpt.values.types.Context.unit_vectors`).
"""

from collections.abc import Callable, Mapping
from math import log
from typing import Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.selectors.greedy import best_first
from excerpt.compressors.units.words import split_words
from excerpt.errors import ConfigError
from excerpt.protocols import VectorScorer
from excerpt.registry import SCORERS
from excerpt.values.types import Context, Units

__all__ = [
    "MOST",
    "Likeness",
    "Similarity",
    "candidates",
    "likeness",
    "relevance",
    "similarity_of",
    "wants_vectors",
]

MOST = 1000
"""So many units, the best by score, are compared with each other (time grows with the square); the rest follow."""

Likeness: TypeAlias = Callable[[int], NDArray[np.float64]]
"""From the index of a candidate to its cosine with every candidate, float64 ``(m,)``."""

Similarity: TypeAlias = Literal["auto", "vectors", "words"] | VectorScorer
"""``"auto"``: vectors where the scorer has them, else words. Or a scorer whose vectors are read, whoever scores."""


def similarity_of(given: object, where: str) -> Similarity:
    """What the option ``similarity`` of a selector stands for.

    Raises:
        ConfigError: It is neither of the three words nor a scorer that has vectors, nor its name or table.
    """
    if given in ("auto", "vectors", "words"):
        return cast("Similarity", given)
    scorer = SCORERS.part(given, f"{where}: similarity") if isinstance(given, str | Mapping) else given
    if isinstance(scorer, VectorScorer) and not isinstance(scorer, type):
        return scorer
    message = (
        f"{where}: similarity must be 'auto', 'vectors', 'words' or a scorer that has a vector of each unit, such as "
        f"'embedding-similarity'; got {given!r}"
    )
    raise ConfigError(message)


def wants_vectors(similarity: Similarity) -> bool:
    """Whether units are compared by the vectors of the stage's own scorer, where it has them."""
    return isinstance(similarity, str) and similarity != "words"


def relevance(scores: NDArray[np.floating], *, rescale: bool) -> NDArray[np.float64]:
    """Scores on the scale of cosines, float64 ``(n,)``.

    Args:
        scores: ``(n,)``.
        rescale: The best becomes 1 and the worst 0, and equal ones all 1; False leaves them as they are.
    """
    values = np.asarray(scores, dtype=np.float64)
    if not rescale:
        return values
    low, high = float(values.min()), float(values.max())
    return np.ones(len(values)) if high <= low else (values - low) / (high - low)


def candidates(scores: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The units that are compared, in source order, and the others, best first."""
    order = best_first(scores)
    return np.sort(order[:MOST]), order[MOST:]


def likeness(context: Context, units: Units, chosen: NDArray[np.int64], similarity: Similarity) -> Likeness:
    """What says how alike candidates are.

    Args:
        context: Has the vectors, where there are any.
        units: All units.
        chosen: The indices of the candidates, int64 ``(m,)``.
        similarity: By what.

    Raises:
        ConfigError: It is to be vectors, and the scorer has none.
    """
    if similarity == "words":
        return _by_words(context, units, chosen)
    if isinstance(similarity, str):
        unit_vectors = context.unit_vectors(units)
    else:
        unit_vectors = similarity.score_with_vectors(context, units)[1]()
    if unit_vectors is not None:
        return _by_vectors(unit_vectors.vectors[chosen])
    if similarity == "auto":
        return _by_words(context, units, chosen)
    message = (
        "similarity: the stage's scorer has no vectors of units; take 'auto' or 'words', or name a scorer that has, "
        "such as similarity = 'embedding-similarity'"
    )
    raise ConfigError(message)


def _by_vectors(vectors: NDArray[np.float32]) -> Likeness:
    wide = vectors.astype(np.float64)
    length = np.sqrt(np.einsum("ij,ij->i", wide, wide, optimize=False))
    rows = wide / np.maximum(length, 1e-12)[:, None]
    # Row by row rather than as a matrix product, whose rounding depends on the library and its threads.
    return lambda index: np.einsum("ij,j->i", rows, rows[index], optimize=False)


def _by_words(context: Context, units: Units, chosen: NDArray[np.int64]) -> Likeness:
    """Cosines of word counts, each word weighed by how few candidates have it."""
    texts = units.texts(context.passages)
    counts = [_counts(texts[index]) for index in chosen.tolist()]
    having: dict[str, list[int]] = {}
    for place, words in enumerate(counts):
        for word in words:
            having.setdefault(word, []).append(place)
    weight = {word: log(1 + len(counts) / len(places)) for word, places in having.items()}
    rows = [{word: count * weight[word] for word, count in words.items()} for words in counts]
    length = [max(sum(value * value for value in row.values()) ** 0.5, 1e-12) for row in rows]

    def row(index: int) -> NDArray[np.float64]:
        cosines = np.zeros(len(rows))
        for word, value in rows[index].items():
            for place in having[word]:
                cosines[place] += value * rows[place][word] / (length[index] * length[place])
        return cosines

    return row


def _counts(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for start, end in split_words(text):
        word = text[start:end].casefold()
        if any(map(str.isalnum, word)):
            counts[word] = counts.get(word, 0) + 1
    return counts
