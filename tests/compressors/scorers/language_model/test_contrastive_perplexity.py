"""What the question does to the probability of text, on a language model that can be computed by hand."""

from math import log

import numpy as np
from fakes.word_likelihood import WordLikelihood, scored

from excerpt.compressors.scorers.language_model.contrastive_perplexity import contrastive_perplexity


def test_words_of_the_question_gain():
    """A word that the question has gains log 4 where it first stands, and nothing where the text had it anyway."""
    scorer = contrastive_perplexity(WordLikelihood())
    scores = scored(scorer, "word", "The mill burned. A mill stood.", query="Which mill burned?")
    assert np.allclose(scores / log(4), [0, 1, 1, 0, 0, 0, 0, 0])


def test_a_sentence_is_the_mean_of_its_tokens():
    """Two tokens of four gain; without a question none does."""
    scorer = contrastive_perplexity(WordLikelihood())
    assert np.allclose(
        scored(scorer, "sentence", "The mill burned.", "Rye.", query="Which mill burned?"), [log(4) / 2, 0]
    )
    assert np.allclose(scored(scorer, "sentence", "The mill burned.", query=""), [0])
