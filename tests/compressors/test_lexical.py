"""The lexical baseline."""

import numpy as np

from excerpt import Chain, Context, Passage
from excerpt.compressors import Lexical
from excerpt.compressors.scorers.lexical import LexicalScore
from excerpt.compressors.units.splitting import split


def scores(query, *texts):
    context = Context.start(query, [Passage(text) for text in texts])
    return LexicalScore().score(context, split("sentence", context))


def test_words_of_the_question_count_most():
    """Then salience, then place."""
    assert scores("who grinds rye", "Bees sleep in winter.", "The mill grinds rye daily.").argmax() == 1
    assert scores("zzz", "It failed with ERROR 404.", "It went on as it always had.").argmax() == 0
    assert scores("zzz", "Bees sleep in winter.", "Cats sleep in summer.").argmax() == 1


def test_what_was_said_already_comes_last():
    """By triples of words, so that a changed name does not hide it."""
    long = "the mill by the old stone bridge grinds rye and oats for all the villages of the valley"
    found = scores("mill", f"{long} today.", "Bees sleep.", f"{long} again.")
    assert found.argmin() == 0  # the later of the two is the better one


def test_scraps_count_a_quarter():
    """Headings and single words."""
    found = scores("zzz", "Contents.", "Bees sleep in winter nests.")
    assert found[0] == np.float64(0.25 * 0.5)


def test_it_fills_a_budget():
    """As any compressor does."""
    result = Chain([Lexical()]).compress("who grinds rye", ["Bees sleep. The mill grinds rye."], budget=7)
    assert result.text == "The mill grinds rye."
