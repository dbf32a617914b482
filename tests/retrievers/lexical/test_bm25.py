"""Tests of excerpt.retrievers.lexical.bm25."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excerpt.errors import StoreError
from excerpt.retrievers.lexical.bm25 import LEXICAL_FILES, Postings, PostingsWriter
from excerpt.retrievers.lexical.terms import terms

WORDS = st.lists(st.sampled_from(["mill", "river", "weir", "grain", "水車小屋", "mill,"]), max_size=8).map(
    " ".join
)


def built(folder: Path, texts: list[str]) -> Postings:
    """Posting lists of some texts."""
    with PostingsWriter(folder / "spill") as writer:
        for text in texts:
            writer.append(text)
        writer.finish(folder)
    return Postings(folder, len(texts))


def bm25(query: str, texts: list[str], k1: float = 1.5, b: float = 0.75) -> list[float]:
    """Lucene's BM25, straight from the formula."""
    documents = [Counter(terms(text)) for text in texts]
    mean = sum(map(Counter.total, documents)) / len(documents)
    scores = [0.0] * len(texts)
    for term in terms(query):
        holding = sum(term in document for document in documents)
        idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        for row, document in enumerate(documents):
            if tf := document[term]:
                scores[row] += idf * tf / (tf + k1 * (1 - b + b * document.total() / mean))
    return scores


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_scores_are_bm25(tmp_path_factory, texts: list[str], query: str) -> None:
    """The scores are those of the textbook formula, whatever the texts."""
    scores = built(tmp_path_factory.mktemp("bm25"), texts).scores(query)
    assert scores.tolist() == pytest.approx(bm25(query, texts), abs=1e-5)


def test_a_query_without_known_words_scores_nothing(tmp_path: Path) -> None:
    """Unknown words and no words at all give zeros."""
    postings = built(tmp_path, ["a mill", "a weir"])
    assert postings.scores("zebra").tolist() == [0, 0]
    assert postings.scores("?!").tolist() == [0, 0]


def test_texts_without_words_can_be_indexed(tmp_path: Path) -> None:
    """No posting at all is no error."""
    assert built(tmp_path, ["...", ""]).scores("mill").tolist() == [0, 0]


def test_the_waiting_terms_are_removed(tmp_path: Path) -> None:
    """Nothing but the index's files is left."""
    built(tmp_path, ["a mill"])
    assert {path.name for path in tmp_path.iterdir()} == set(LEXICAL_FILES)


def test_postings_that_point_outside_are_refused(tmp_path: Path) -> None:
    """Damaged posting lists are an error that names the file."""
    built(tmp_path, ["a mill", "a weir"])
    rows = np.load(tmp_path / "posting_rows.npy")
    np.save(tmp_path / "posting_rows.npy", rows + 1000)
    with pytest.raises(StoreError, match="posting_rows"):
        Postings(tmp_path, 2).scores("mill")
