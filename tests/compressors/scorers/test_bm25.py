"""BM25 over the units of one call."""

import bm25s
import numpy as np
import pytest

from excerpt import Passage
from excerpt.compressors.scorers.bm25 import Bm25, _terms
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context

TEXTS = ("Mills turn. Sails turn the stones of old mills. Rain.", "Mills, mills, mills. 12 stones", "...")


@pytest.mark.parametrize(("k1", "b"), [(0.9, 0.4), (1.5, 0.75), (0.0, 0.0), (2.0, 1.0)])
def test_it_is_lucenes_form(k1, b):
    """The same numbers as the bm25s package has."""
    context = Context.start("Which mills turn stones, mills?", [Passage(text) for text in TEXTS])
    units = split("sentence", context)
    documents = [_terms(text) for text in units.texts(context.passages)]
    index = bm25s.BM25(k1=k1, b=b, method="lucene")
    index.index(documents, show_progress=False)
    query = sorted(set(_terms(context.query)) & {term for document in documents for term in document})
    assert np.allclose(Bm25(k1, b).score(context, units), index.get_scores(query), atol=1e-5)


@pytest.mark.parametrize("query", ["", "zeppelin", "?"])
def test_no_match_is_zero(query):
    """For every unit."""
    context = Context.start(query, [Passage(text) for text in TEXTS])
    assert not Bm25().score(context, split("sentence", context)).any()
