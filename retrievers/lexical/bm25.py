"""BM25 over mapped posting lists, computed by bm25s (Lù, "BM25S", arXiv:2407.03618, 2024).

bm25s scores every (term, passage) pair when the index is built; a query adds up a few columns. Its
own file format keeps the vocabulary as one JSON object that must be parsed whole at opening. Here the
terms stand sorted in a mapped file and are found by bisection, so opening costs nothing.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import StoreError
from excerpt.imports.extras import require
from excerpt.retrievers.lexical.terms import terms
from excerpt.retrievers.store.arrays import map_array, save_array

__all__ = ["BM25_SETTINGS", "LEXICAL_FILES", "Postings", "PostingsWriter"]

bm25s: Any = require("bm25s", extra="index", purpose="a passage index")

BM25_SETTINGS = {"method": "lucene", "k1": 1.5, "b": 0.75}
"""The BM25 variant and its constants: the defaults of bm25s."""

_TERMS, _TERM_ENDS = "terms.utf8", "term_ends.npy"
_STARTS, _ROWS, _WEIGHTS = "posting_starts.npy", "posting_rows.npy", "posting_weights.npy"
LEXICAL_FILES = (_TERMS, _TERM_ENDS, _STARTS, _ROWS, _WEIGHTS)
"""Names of the files in the folder of an index."""
_REMEMBERED = 10_000  # terms of questions, whose places are not looked for again


def _bm25() -> Any:  # noqa: ANN401 - bm25s has no types
    return bm25s.BM25(**BM25_SETTINGS, backend="numpy", csc_backend="numpy")


class PostingsWriter:
    """Counts terms passage by passage, then writes the posting lists.

    The passages' terms wait in a file. In memory: the vocabulary, 4 bytes a passage, and at the end
    about 50 bytes for each distinct term of each passage while bm25s sorts them.

    Args:
        spill: Where to put the waiting terms; the file is removed at the end.
    """

    def __init__(self, spill: Path) -> None:
        self._vocabulary: dict[str, int] = {}
        self._lengths = array("I")
        self._spill = spill
        self._file = spill.open("wb")

    def append(self, text: str) -> None:
        """Add the next passage."""
        vocabulary = self._vocabulary
        numbers = array("i", [vocabulary.setdefault(term, len(vocabulary)) for term in terms(text)])
        numbers.tofile(self._file)
        self._lengths.append(len(numbers))

    def finish(self, folder: Path) -> None:
        """Write `LEXICAL_FILES` into a folder."""
        self._file.close()
        # Sorted by their bytes, so that the files depend on the passages alone and can be bisected.
        spelled = sorted((term.encode("utf-8"), number) for term, number in self._vocabulary.items())
        place = np.empty(len(spelled), dtype=np.int32)
        place[[number for _, number in spelled]] = np.arange(len(spelled), dtype=np.int32)
        with (folder / _TERMS).open("wb") as file:
            file.writelines(term for term, _ in spelled)
        ends = np.fromiter(accumulate(len(term) for term, _ in spelled), dtype=np.int64, count=len(spelled))
        save_array(folder / _TERM_ENDS, ends)
        starts, rows, weights = self._postings(place)
        save_array(folder / _STARTS, starts)
        save_array(folder / _ROWS, rows)
        save_array(folder / _WEIGHTS, weights)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._spill.unlink(missing_ok=True)

    def _postings(
        self, place: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        if not len(place):  # no passage has a term, and bm25s would divide by the mean length
            return np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        documents = _SpilledTerms(self._spill, self._lengths, place)
        built = _bm25().build_index_from_ids(range(len(place)), documents, show_progress=False)
        return (
            built["indptr"].astype(np.int64),
            built["indices"].astype(np.int32),
            built["data"].astype(np.float32),
        )


class _SpilledTerms:
    """The passages' term numbers, read from the file again each time bm25s goes through them."""

    def __init__(self, spill: Path, lengths: "array[int]", place: NDArray[np.int32]) -> None:
        self._spill = spill
        self._lengths = lengths
        self._place = place

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[list[int]]:
        with self._spill.open("rb") as file:
            for length in self._lengths:
                numbers = np.fromfile(file, dtype=np.int32, count=length)
                yield self._place[numbers].tolist()


class Postings:
    """Reads posting lists that `PostingsWriter` wrote.

    Args:
        folder: The folder they are in.
        rows: How many passages the manifest says they cover.

    Raises:
        StoreError: A file is not what it should be.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder = folder
        self._passages = rows
        self._ends = map_array(folder / _TERM_ENDS, np.int64, (None,))
        count = len(self._ends)
        starts = map_array(folder / _STARTS, np.int64, (count + 1,))
        postings = map_array(folder / _ROWS, np.int32, (None,))
        weights = map_array(folder / _WEIGHTS, np.float32, (len(postings),))
        spelled = folder / _TERMS
        empty = not spelled.stat().st_size  # which cannot be mapped
        self._terms = np.zeros(0, np.uint8) if empty else np.asarray(np.memmap(spelled, np.uint8, "r"))
        if starts[0] != 0 or starts[-1] != len(postings) or (np.diff(starts) < 0).any():
            message = f"{folder / _STARTS}: does not fit {_ROWS}; rebuild the index"
            raise StoreError(message)
        self._bm25 = _bm25()
        self._bm25.scores = {"data": weights, "indices": postings, "indptr": starts, "num_docs": rows}
        self._bm25.nonoccurrence_array = None
        self._numbers: dict[str, int | None] = {}

    def scores(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of every passage, ``(rows,)``; 0 where no term of the query occurs.

        Raises:
            StoreError: The posting lists are corrupt.
        """
        numbers = [number for number in map(self._number, terms(query)) if number is not None]
        if not numbers:
            return np.zeros(self._passages, dtype=np.float32)
        try:
            scores: NDArray[np.float32] = self._bm25.get_scores_from_ids(numbers)
        except IndexError as error:
            message = f"{self._folder / _ROWS}: points outside the index ({error}); rebuild the index"
            raise StoreError(message) from error
        if not np.isfinite(scores).all():
            message = f"{self._folder / _WEIGHTS}: holds numbers that are not finite; rebuild the index"
            raise StoreError(message)
        return scores

    def rows(self, term: str) -> NDArray[np.int32]:
        """The passages that have a term, each once."""
        number = self._number(term)
        if number is None:
            return np.zeros(0, dtype=np.int32)
        starts, postings = self._bm25.scores["indptr"], self._bm25.scores["indices"]
        found: NDArray[np.int32] = postings[int(starts[number]) : int(starts[number + 1])]
        return found

    def _number(self, term: str) -> int | None:
        """The place of a term among all, None for one that no passage has."""
        numbers = self._numbers
        if term not in numbers:
            if len(numbers) >= _REMEMBERED:
                self._numbers = numbers = {}  # another thread may go on with the old ones
            numbers[term] = self._bisected(term)
        return numbers[term]

    def _bisected(self, term: str) -> int | None:
        wanted = term.encode("utf-8")
        place = bisect_left(range(len(self._ends)), wanted, key=self._spelled)
        return place if place < len(self._ends) and self._spelled(place) == wanted else None

    def _spelled(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) if number else 0
        return self._terms[start : int(self._ends[number])].tobytes()
