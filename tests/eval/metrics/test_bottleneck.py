"""The bottleneck of what chains keep, as an evaluation goes along."""

import pytest
from fakes.word_likelihood import WordLikelihood

from excerpt import Chain
from excerpt.errors import ConfigError
from excerpt.eval import evaluate
from excerpt.eval.metrics.bottleneck import BottleneckWatch

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


def test_a_chain_that_keeps_the_answer_scores_lower():
    """Than one that keeps the front of the text; a question without an answer is left out."""
    watch = BottleneckWatch(WordLikelihood())
    chains = {"words": Chain(["bm25-sentences"]), "front": Chain(["truncate"])}
    evaluate(ROWS, chains, [0.4], watch=watch)
    means = watch.means()
    assert means["words", 0.4].questions == 1
    assert means["words", 0.4].answer == pytest.approx(0.5)
    assert means["front", 0.4].answer == pytest.approx(0.125)
    assert means["words", 0.4].score < means["front", 0.4].score


def test_beta_is_a_number():
    """Of at least 0."""
    with pytest.raises(ConfigError, match="bottleneck: beta"):
        BottleneckWatch(WordLikelihood(), -1)
