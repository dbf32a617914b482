"""The bottleneck of what chains keep, as a metric of an evaluation."""

import numpy as np
import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt import Chain
from excerpt.eval import evaluate, named_chain
from excerpt.models.generation.bottleneck import BottleneckMeter

ROWS = [
    {
        "question": "When was the mill built again?",
        "answers": ["1861"],
        "passages": [
            "The mill burned down in a fire. The mill was built again in 1861. Rye grew on the hill."
        ],
    },
    {"question": "Who?", "passages": [{"text": "Bees sleep.", "evidence": [[0, 4]]}]},
]


class Failing:
    """A chain that cannot."""

    def compress(self, query, passages, *, budget=None):
        raise ValueError


def test_a_chain_that_keeps_the_answer_scores_higher():
    """Than one that keeps the front of the text; a question without an answer is left out."""
    chains = {"words": Chain(["bm25-sentences"]), "front": Chain(["truncate"])}
    table = evaluate(ROWS, chains, [0.4], bottleneck=BottleneckMeter(WordLikelihood(), beta=2.0))
    words, front = (row.estimates for row in table.rows())
    assert words["bottleneck"].questions == 1
    assert words["answer_probability"].value == pytest.approx(0.5)
    assert front["answer_probability"].value == pytest.approx(0.125)
    assert words["bottleneck"].value == pytest.approx(1.0 - words["retrieved_probability"].value)
    assert table.compare("words", "front", 0.4, "bottleneck").value > 0
    assert table.reader == "words"


def test_a_text_is_measured_once_and_a_failure_kept_nothing():
    """As the chain that keeps nothing."""
    model = WordLikelihood()
    chains = {name: named_chain("no-context") for name in ("none", "same")} | {"failing": Failing()}
    table = evaluate(ROWS[:1], chains, [0.4], bottleneck=BottleneckMeter(model))
    none, same, failing = (row.estimates["bottleneck"].value for row in table.rows())
    assert none == same == failing
    assert model.asked == 2  # the retrieved text and the answer


def test_what_does_not_fit_is_left_out():
    """It is not cut; the others count."""
    chains = {"full": named_chain("full"), "front": Chain(["truncate"])}
    table = evaluate(ROWS[:1], chains, [0.2], bottleneck=BottleneckMeter(WordLikelihood(max_tokens=52)))
    full, front = (row.estimates["bottleneck"] for row in table.rows())
    assert (full.questions, front.questions) == (0, 1)
    assert np.isfinite(front.value)
