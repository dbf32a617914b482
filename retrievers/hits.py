"""What a search gives back."""

from dataclasses import dataclass
from types import MappingProxyType

from excerpt.values.types import Passage

__all__ = ["INDEX_ROW", "Hit"]

INDEX_ROW = "index_row"
"""Where the metadata of a passage that was found say in which row of the index it stands."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that a search found.

    Args:
        passage: The passage as it was stored.
        score: What the hits are ordered by: the fused score, the cosine or the BM25 score, by the
            mode of the search. A fused score says nothing about similarity; use ``dense_score``.
        rank: Place in the answer, from 0.
        row: Place in the index, from 0.
        dense_score: Cosine between query and passage; None where the search did not use vectors.
        lexical_score: BM25 score; None where the search did not use words.
    """

    passage: Passage
    score: float
    rank: int
    row: int
    dense_score: float | None = None
    lexical_score: float | None = None

    def scored(self) -> Passage:
        """The passage with its raw scores in the metadata, as ``dense_score`` and ``lexical_score``, and its row.

        ``AdaptiveK(scorer=GivenScores("dense_score"))`` then finds the gap without encoding anything again.
        """
        scores = {"dense_score": self.dense_score, "lexical_score": self.lexical_score}
        known = {name: score for name, score in scores.items() if score is not None}
        own = self.passage
        return Passage(
            own.text, own.id, own.title, MappingProxyType({**own.metadata, **known, INDEX_ROW: self.row})
        )
