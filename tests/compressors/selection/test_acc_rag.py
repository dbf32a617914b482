"""Summaries that grow until they are enough."""

from itertools import pairwise

import numpy as np
from fakes.hash_encoder import HashEncoder

from excerpt import Chain
from excerpt.calibrated.knob import ScoreRule
from excerpt.compressors import ACCRAG

PASSAGES = ["The mill turns. Rye is ground there. It rains.", "Bees sleep. Oats grow tall. Hives are warm."]


def test_it_grows_from_the_best_passage():
    """One sentence is enough for this gate, and it is of the passage that has the question's word."""
    result = Chain([ACCRAG(HashEncoder(), gate=lambda question, text, mass: bool(text))]).compress(
        "oats", PASSAGES
    )
    assert [bool(kept.spans) for kept in result.passages] == [False, True]
    assert result.sufficient is True


def test_a_threshold_keeps_beginnings():
    """Without a gate everything is ranked, so that a calibrated threshold is the stop; a higher one keeps less."""
    result = Chain([ACCRAG(HashEncoder())]).compress("oats", PASSAGES, budget=0.9)
    ranking = result.context.rankings[-1]
    assert ranking.eligible.all()
    kept = [ScoreRule(threshold).allowed(ranking.scores, ranking.eligible) for threshold in (0.2, 0.9, 1.5)]
    assert [mask.sum() for mask in kept] == sorted([mask.sum() for mask in kept], reverse=True)
    assert all(np.all(less <= more) for more, less in pairwise(kept))
