"""Self-information of units, on a language model that can be computed by hand."""

from math import log

import numpy as np
import pytest
from fakes.word_likelihood import WordLikelihood, scored

from excerpt.compressors.scorers.language_model.surprisal import likelihood_of, surprisal
from excerpt.errors import ConfigError, ModelError
from excerpt.testing import MemoryStore
from excerpt.testing.fakes import split_whole
from excerpt.values.stored import Recall
from excerpt.values.types import Context, Passage

OLD, NEW = log(2), log(8)
TEXT = "The mill burned. The mill burned again."


def test_a_unit_is_the_mean_of_its_tokens():
    """Four new tokens; then three that were there, one new and a full stop that was there."""
    scores = scored(surprisal(WordLikelihood()), "sentence", TEXT)
    assert np.allclose(scores, [NEW, (4 * OLD + NEW) / 5])


def test_each_passage_is_read_for_itself():
    """What another passage said foretells nothing; the question neither."""
    scorer = surprisal(WordLikelihood())
    assert np.allclose(scored(scorer, "passage", "mill", "mill", query="mill"), [NEW, NEW])


def test_reversed_it_is_the_log_probability():
    """What was foretold comes first."""
    one, other = (scored(surprisal(WordLikelihood(), reverse=flag), "word", TEXT) for flag in (False, True))
    assert np.array_equal(one, -other)


def test_what_an_index_holds_is_not_read_again():
    """All of it is known before the question."""
    scorer = surprisal(WordLikelihood())
    passages = [Passage(TEXT), Passage("Rye.")]
    context = Context.start("q", passages)
    units = split_whole("sentence", context)
    recall = Recall(MemoryStore([scorer], passages))
    asked = scorer.model.asked
    known = scorer.score(Context.start("q", passages, recall), units)
    assert scorer.model.asked == asked
    assert np.array_equal(known, scorer.score(context, units))


def test_wrong_models():
    """No name, and a name of nothing."""
    with pytest.raises(
        ConfigError, match="surprisal: model must be a name, a directory or a CausalLikelihood, got 3"
    ):
        surprisal(3)
    with pytest.raises(ConfigError, match="got ''"):
        likelihood_of("", "surprisal")
    with pytest.raises(ModelError, match="no model 'nothing'"):
        surprisal("nothing")
