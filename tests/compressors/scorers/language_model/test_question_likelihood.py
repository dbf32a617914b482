"""The question behind a unit, on a language model that can be computed by hand."""

from math import log

import numpy as np
import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt.compressors.scorers.language_model.question_likelihood import RESTRICTIVE, question_likelihood
from excerpt.errors import ConfigError
from excerpt.testing.fakes import split_whole
from excerpt.values.types import Context, Passage


def scores(passages, **options):
    context = Context.start("mill burned?", [Passage(*one) for one in passages])
    return question_likelihood(WordLikelihood(), **options).score(context, split_whole("passage", context))


def test_the_mean_over_the_questions_tokens():
    """Of three tokens the passage has one, two or none; the title counts where it is asked for."""
    found = scores([("A mill.", "", "Fire"), ("The mill burned.",), ("",), ("Rye.", "", "Mill")], suffix="")
    means = np.array([(2 * 3 + 1) / 3, (2 + 3) / 3, 3, 0]) * -log(2)
    assert np.allclose(found[:2], means[:2])
    assert len(found) == 3  # an empty passage is no unit
    assert found[2] == pytest.approx(found[0])
    untitled = scores([("Rye.", "", "Mill")], suffix="", titles=False)
    assert untitled[0] == pytest.approx(-3 * log(2))


def test_the_restrictive_statement_counts():
    """As its authors wrote it; its tokens are among those whose mean is taken."""
    assert RESTRICTIVE == " We can get the answer to this question in the given documents."
    written = scores([("The mill burned.",)], suffix=" The mill.")
    assert written == pytest.approx(-log(2) * (1 + 1 + 3 + 1 + 1 + 1) / 6)
    assert scores([("The mill burned.",)]) != pytest.approx(written)


def test_the_drop_of_perplexity_has_the_same_order():
    """Perplexity of the question alone, 8, minus that behind the passage."""
    drop = scores([("A mill.",), ("The mill burned.",), ("Rye.",)], suffix="", drop=True)
    assert np.allclose(drop, [8 - 2 ** (7 / 3), 8 - 2 ** (5 / 3), 0])


def test_a_long_text_counts_by_its_best_piece():
    """Cut at white space, as often as it must be."""
    context = Context.start("mill?", [Passage("rye " * 30 + "mill " + "oats " * 30)])
    scorer = question_likelihood(WordLikelihood(max_tokens=16), suffix="")
    assert scorer.score(context, split_whole("passage", context)) == pytest.approx(
        (log(1 / 2) + log(1 / 8)) / 2
    )


def test_wrong_options():
    """Each is named."""
    for option, wrong in (("suffix", 3), ("joiner", None), ("titles", 1), ("drop", "no"), ("most_tokens", 0)):
        with pytest.raises(ConfigError, match=f"question-likelihood: {option}"):
            question_likelihood(WordLikelihood(), **{option: wrong})
