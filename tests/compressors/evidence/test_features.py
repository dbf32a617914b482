"""The features of the evidence ranker."""

import numpy as np
import pytest
from fakes.token_hash_encoder import TokenHashEncoder

from excerpt.compressors.evidence.candidates import Candidates
from excerpt.compressors.evidence.features import match_columns, ranks, standard
from excerpt.compressors.evidence.links import FEATURES, directions, evidence_features, link_columns
from excerpt.compressors.evidence.question import QuestionSignals
from excerpt.compressors.scorers.evidence import candidates_of
from excerpt.compressors.units.splitting import split
from excerpt.values.types import Context, Passage, Units

MILLS = (
    Passage("The Karsk mill stands on a hill. It was built by Ada Brenn.", title="Karsk mill"),
    Passage("Ada Brenn was born in Torvik. She painted boats.", title="Ada Brenn"),
    Passage("Rye is a grass. It grows on poor soil.", title="Rye"),
)
QUESTION = "Where was the builder of the Karsk mill born?"


def candidates(passages=MILLS, question=QUESTION):
    context = Context.start(question, passages)
    return candidates_of(TokenHashEncoder(), context, split("sentence", context))


def test_every_feature_is_finite_and_named():
    """One column a name, in order."""
    features = evidence_features(candidates())
    assert features.shape == (6, len(FEATURES))
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@pytest.mark.parametrize(
    "passage", ["x", "磨坊在河边。它很老。", "{'a': 1}", "!!! ???", "Ünïcödé test. Ещё одно."]
)
@pytest.mark.parametrize("question", ["?", "the", "磨坊在哪里", "who built it"])
def test_strange_texts_give_finite_features(passage, question):
    """Nothing is divided by zero when there are no words, no title, or one candidate."""
    assert np.isfinite(evidence_features(candidates([Passage(passage)], question))).all()


def test_a_sentence_with_the_questions_words_leads():
    """BM25, cover and MaxSim agree on the plain match."""
    columns = match_columns(candidates())
    for name in ("bm25", "cover", "maxsim.idf", "blend"):
        assert np.argmax(columns[name]) == 0


def test_maxsim_of_the_same_words_is_one():
    """A sentence that holds every token of the question matches each with cosine 1."""
    columns = match_columns(candidates([Passage("red mill here. No.")], "red mill"))
    assert columns["maxsim"][0] == pytest.approx(1, abs=0.01)


def test_the_second_hop_is_seen():
    """The passage whose title the lead names is marked, and no other."""
    found = candidates()
    columns = link_columns(found, np.array([1, 3, 0, 0, 0, 0], dtype=np.float32))
    assert columns["named.first"].tolist() == [0, 0, 1, 1, 0, 0]
    assert columns["shared.names"][2] > 0
    assert columns["shared.names"][3] == columns["shared.names"][4] == 0


def test_a_sentence_that_names_the_leads_title_is_seen():
    """Links count in both directions."""
    columns = link_columns(candidates(), np.array([0, 0, 3, 0, 0, 0], dtype=np.float32))
    assert columns["names.first"].tolist() == [0, 1, 0, 0, 0, 0]


def test_features_do_not_depend_on_dropped_text():
    """Signals of the whole passage serve when only some of its sentences are candidates."""
    found = candidates()
    some = Units("sentence", found.units.passage[1:3], found.units.start[1:3], found.units.end[1:3])
    fewer = Candidates(found.question, found.signals, some)
    assert np.array_equal(fewer.tf, found.tf[1:3])
    assert np.array_equal(fewer.similarity, found.similarity[1:3])


def test_the_order_of_passages_does_not_matter():
    """A passage's features are the same wherever the retriever put it."""
    forward = evidence_features(candidates())
    backward = evidence_features(candidates(MILLS[::-1]))
    assert np.allclose(forward, backward[[4, 5, 2, 3, 0, 1]], atol=1e-5)


def test_question_words_map_to_their_tokens():
    """Each token of the question knows which content word it belongs to."""
    encoder = TokenHashEncoder()
    question = QuestionSignals("the old mill", encoder.encode_tokens(["the old mill"])[0])
    assert len(question.terms) == 2
    assert question.token_term.tolist() == [-1, 0, 1]


def test_ranks_are_shared_by_equals():
    """The best has rank 0; equals stand alike."""
    assert np.allclose(np.expm1(ranks(np.array([3.0, 5.0, 3.0, 1.0], dtype=np.float32))), [1, 0, 1, 3])


def test_no_spread_gives_no_z_score():
    """Candidates that are all alike get 0."""
    assert standard(np.ones(3, dtype=np.float32)).tolist() == [0, 0, 0]


def test_directions_are_given_for_every_feature():
    """A better rank may not lower the score, and a better match may only raise it."""
    bounds = directions()
    assert list(bounds) == list(FEATURES)
    assert bounds["bm25"] == bounds["cosine.z"] == bounds["with.any"] == 1
    assert bounds["maxsim.rank"] == bounds["lead.behind"] == -1
    assert bounds["place"] == bounds["cosine.before"] == 0
