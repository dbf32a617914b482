"""Passages that a name links to the best ones: graph search for questions of several hops (Clue-RAG, 2507.08445).

Clue-RAG's graph has passages, statements and entities, drawn with a language model when the index is built. Here the
graph is what an index has anyway: passages, their sentences, and the posting lists of the words that names are made of.
"""

from collections.abc import Iterator, Sequence
from math import log

import numpy as np
import regex
from numpy.typing import NDArray

from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import StoreError
from excerpt.retrievers.lexical.bm25 import Postings
from excerpt.retrievers.lexical.terms import terms
from excerpt.retrievers.ranking import fuse, top
from excerpt.retrievers.store.generation import Generation
from excerpt.values.types import Passage

__all__ = ["linked_rows", "names_of", "walk"]

_LEADS = 5  # passages that are followed in a round
_ROUNDS = 2
_MOST = 500  # passages that a name may lead to; what more have links nothing
_FEWEST_LETTERS = 3
# Words that begin with a capital, with small words between them, as in "Battle of the Somme".
_NAME = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}])\p{Lu}[\p{L}\p{M}\p{N}'’.-]*(?:\s+(?:(?:of|the|de|la|le|du|des|von|van|der|di|da|al|and|y)\s+){0,2}"
    r"\p{Lu}[\p{L}\p{M}\p{N}'’.-]*){0,5}"
)


def walk(
    generation: Generation,
    query: str,
    rankings: Sequence[NDArray[np.int64]],
    depth: int,
    mask: NDArray[np.bool_] | None,
) -> list[NDArray[np.int64]]:
    """Rankings, and one more: passages that are linked to the best of them all, followed for two rounds.

    Args:
        generation: Where to search; it has BM25.
        query: The question.
        rankings: Rows by vectors and by words, best first.
        depth: How many rows the new one has at most.
        mask: Which passages may be found, ``(rows,)``; None for all.

    Raises:
        StoreError: The index was built without BM25, which has the words that links are made of.
    """
    if generation.postings is None:
        message = f"{generation.folder.parent}: this index was built without BM25, whose words mode='linked' follows"
        raise StoreError(message)
    found = list(rankings)
    for _ in range(_ROUNDS):
        rows, _ = fuse(found, _LEADS)
        leads = [generation.passages.passage(row) for row in rows.tolist()]
        links = linked_rows(
            generation.postings, query, leads, len(generation.passages), depth=depth, mask=mask
        )
        found = [*rankings, links]
    return found


def linked_rows(
    postings: Postings,
    query: str,
    leads: Sequence[Passage],
    count: int,
    *,
    depth: int,
    mask: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """The passages that names in the leads lead to, best first.

    A name counts by its rarity, by the place of its lead, and by how much of the question its sentence has; names that
    the question has itself lead nowhere new and are left out.

    Args:
        postings: Of the index.
        query: The question.
        leads: The passages to follow, the best first; names lead to these too, which keeps them in front.
        count: How many passages the index has.
        depth: How many rows to give at most.
        mask: Which passages may be found.
    """
    asked = set(terms(query))
    scores = np.zeros(count)
    followed: set[tuple[str, ...]] = set()
    for place, lead in enumerate(leads, start=1):
        for name, weight in names_of(lead, asked):
            if name in followed:
                continue
            followed.add(name)
            rows = _having(postings, name)
            if 0 < len(rows) <= _MOST:
                scores[rows] += weight * log(1 + count / len(rows)) / place
    if mask is not None:
        scores[~mask] = 0.0
    best = top(scores, depth)
    return best[scores[best] > 0]


def names_of(passage: Passage, asked: set[str]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Names in a passage as terms of the index, each with the share of the question that its sentence has, and a half.

    Args:
        passage: The passage; its title is a name too.
        asked: Terms of the question.
    """
    title = set(terms(passage.title))
    if title and not title <= asked:
        yield tuple(terms(passage.title)), 1.5
    for start, end in split_sentences(passage.text):
        sentence = passage.text[start:end]
        share = len(asked & (set(terms(sentence)) | title)) / max(len(asked), 1)
        for match in _NAME.finditer(sentence):
            name = tuple(terms(match.group()))
            if sum(map(len, name)) >= _FEWEST_LETTERS and not set(name) <= asked:
                yield name, 0.5 + share


def _having(postings: Postings, name: Sequence[str]) -> NDArray[np.int32]:
    """The passages that have all words of a name."""
    lists = sorted((postings.rows(term) for term in dict.fromkeys(name)), key=len)
    rows = lists[0]
    for other in lists[1:]:
        if len(rows) == 0:
            break
        rows = rows[np.isin(rows, other)]
    return rows
