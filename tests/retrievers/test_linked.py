"""Search by links: a passage that only a name leads to, on one index with words and on one with vectors too."""

import numpy as np
import pytest
from click.testing import CliRunner
from fakes.fake_endpoint import FakeEndpoint, completion
from fakes.hash_encoder import HashEncoder
from hypothesis import given
from hypothesis import strategies as st

from excerpt import Passage
from excerpt.cli.ask import command as ask
from excerpt.cli.query import command as query
from excerpt.errors import InputError, StoreError
from excerpt.models.readers import Answer
from excerpt.retrievers import Index
from excerpt.retrievers.lexical.terms import terms
from excerpt.retrievers.linked import names_of

QUESTION = "In which town was the miller of the Karsk mill born?"
PASSAGES = [
    Passage(
        "The Karsk mill stands by a river. Its miller was Ada Brenn for ten years.", "mill", "Karsk mill"
    ),
    Passage("She came from Osterlund and learned her trade there.", "ada", "Ada Brenn"),
    Passage("Osterlund lies on the coast and has a harbour.", "town", "Osterlund"),
    *(
        Passage(f"In which town a mill was built {n} times is not known.", f"noise{n}", f"Town {n}")
        for n in range(8)
    ),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return Index.build(PASSAGES, tmp_path_factory.mktemp("linked") / "words.excerpt", encoder=None)


def found(index, k, mode, **more):
    """Ids, best first."""
    return [hit.passage.id for hit in index.search(QUESTION, k, mode=mode, **more)]


def test_a_name_in_the_best_passage_leads_to_the_next(index):
    """By words alone it is not found: it has none of the question."""
    assert "ada" not in found(index, 11, "lexical")
    assert {"mill", "ada", "town"} <= set(found(index, 6, "linked"))


def test_vectors_are_a_ranking_beside_words_and_links(tmp_path):
    """Where an index has them; each hit has all raw scores."""
    index = Index.build(PASSAGES, tmp_path / "both.excerpt", encoder=HashEncoder(32))
    hits = index.search(QUESTION, 11, mode="linked")
    assert {"mill", "ada"} <= {hit.passage.id for hit in hits}
    assert all(hit.dense_score is not None and hit.lexical_score is not None for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_conditions_hold_for_what_links_lead_to(tmp_path):
    """A passage that may not be found is not found by a name either."""
    marked = [{"text": p.text, "title": p.title, "id": p.id, "open": p.id != "ada"} for p in PASSAGES]
    index = Index.build(marked, tmp_path / "where.excerpt", encoder=None)
    assert "ada" in found(index, 6, "linked")
    assert "ada" not in found(index, 11, "linked", where={"open": True})


class Clerk:
    """Reads, and says nothing."""

    name = "clerk"

    def read(self, question, context):
        return Answer("")


def test_whatever_searches_takes_a_mode(index):
    """To compress, to answer and to ask for more, with the checks of a search."""
    kept = index.compress(QUESTION, 6, budget=1.0, chain="fast", mode="linked")
    answered = index.answer(QUESTION, Clerk(), k=6, budget=1.0, chain="fast", mode="linked")
    words = index.compress(QUESTION, 6, budget=1.0, chain="fast", mode="lexical")
    assert [[one.passage.id for one in each.passages] for each in (kept, answered.context)] == [
        found(index, 6, "linked")
    ] * 2
    assert [one.passage.id for one in words.passages] == found(index, 6, "lexical")
    assert "ada" in {each.id for each in index.more(QUESTION, PASSAGES[:1] * 3, mode="linked")}
    for call in (
        lambda: index.compress(QUESTION, mode="best"),
        lambda: index.answer(QUESTION, Clerk(), mode="best"),
        lambda: index.more(QUESTION, [], mode="best"),
    ):
        with pytest.raises(
            InputError, match="mode: must be one of fused, dense, lexical, linked; got 'best'"
        ):
            call()


@pytest.mark.parametrize("given", [("--mode", "linked"), ()])
def test_the_commands_take_a_mode(index, given):
    """A passage that a name leads to stands among the kept ones only by links."""
    asked = (str(index.path), QUESTION, "-k", "6", "--ratio", "1.0", "--chain", "fast", *given)
    said = CliRunner().invoke(query, asked, catch_exceptions=False)
    assert ("She came from Osterlund" in said.stdout) is bool(given)
    served = FakeEndpoint()
    served.answer = lambda text: completion("Osterlund" if "She came from" in text else "unknown")
    asked += ("--reader", served.url, "--reader-model", "m")
    answered = CliRunner().invoke(ask, asked, catch_exceptions=False)
    served.close()
    assert answered.stdout == ("Osterlund\n" if given else "unknown\n")


def test_an_index_without_words_is_refused(tmp_path):
    """Links are made of them."""
    index = Index.build(PASSAGES, tmp_path / "dense.excerpt", encoder=HashEncoder(8), lexical=False)
    with pytest.raises(StoreError, match="built without BM25, whose words mode='linked' follows"):
        index.search(QUESTION, 3, mode="linked")


def test_names_are_titles_and_words_with_capitals_that_were_not_asked_for():
    """A sentence that has more of the question makes its names count more."""
    passage = Passage(
        "The Karsk mill burned. Its miller was Ada Brenn of the Osterlund parish.", "", "Karsk mill"
    )
    names = dict(names_of(passage, set(terms(QUESTION))))
    assert ("ada", "brenn", "of", "the", "osterlund") in names
    assert ("karsk", "mill") not in names
    assert names[next(iter(names))] <= 1.5
    assert dict(names_of(Passage("磨坊磨黑麦。", "", ""), {"磨坊"})) == {}


@given(st.text(max_size=80), st.text(max_size=10))
def test_names_of_any_text_are_more_than_what_was_asked(text, title):
    """Never the question's own, and with a weight."""
    for name, weight in names_of(Passage(text, "", title), {"mill"}):
        assert name
        assert not set(name) <= {"mill"}
        assert 0 < weight <= 1.5


def test_the_same_answer_twice(index):
    """Ties go to the passage that stands first."""
    one, other = (index.search(QUESTION, 8, mode="linked") for _ in range(2))
    assert [(hit.row, hit.score) for hit in one] == [(hit.row, hit.score) for hit in other]
    assert np.isfinite([hit.score for hit in one]).all()
