"""Questions that guide, weighed by their likeness to the first."""

import numpy as np
import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt.compressors.scorers.language_model.guiding_questions import clauses_of, guiding_questions
from excerpt.compressors.scorers.language_model.question_likelihood import question_likelihood
from excerpt.errors import ConfigError
from excerpt.testing import EXAMPLES, HashEncoder
from excerpt.testing.fakes import split_whole
from excerpt.values.vectors import unit_rows

QUESTION = "Who built the mill that burned in 1859, and when was it built again?"


def test_clauses():
    """Between conjunctions, relative pronouns and commas; a plain question has none of its own."""
    assert clauses_of(QUESTION) == ["Who built the mill?", "burned in 1859?", "when was it built again?"]
    assert clauses_of("When was the mill built?") == []
    assert clauses_of("") == []


def test_the_weighted_sum():
    """The question counts 1, each guiding question as much as its vector is like the question's."""
    context = EXAMPLES[0].context
    units = split_whole("passage", context)
    encoder, asked = HashEncoder(), "Who built the mill?"
    scorer = guiding_questions(WordLikelihood(), encoder=encoder, questions=[asked])
    vectors = unit_rows(encoder.encode([context.query, asked]).astype(float))
    own = question_likelihood(WordLikelihood())

    def alone(question):
        return own.score(type(context).start(question, context.passages), units)

    wanted = alone(context.query) + float(vectors[0] @ vectors[1]) * alone(asked)
    assert np.allclose(scorer.score(context, units), wanted)


def test_three_at_most():
    """As the authors' code reads; what repeats the question is none."""
    asked = []

    def questions(query):
        asked.append(query)
        return [query, "one?", "two?", "three?", "four?"]

    scorer = guiding_questions(WordLikelihood(), encoder=HashEncoder(), questions=questions)
    context = EXAMPLES[0].context
    units = split_whole("passage", context)
    scorer.score(context, units)
    assert asked == [context.query]
    assert scorer.likelihood.model.asked == 4 * len(units)


def test_wrong_questions():
    """Neither a function nor a list."""
    with pytest.raises(ConfigError, match="questions must be a function or a list of texts, got 3"):
        guiding_questions(WordLikelihood(), encoder=HashEncoder(), questions=3)
