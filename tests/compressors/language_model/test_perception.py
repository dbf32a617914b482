"""Guiding questions rank, two slopes share out; on a language model computed by hand."""

import pytest
from fakes.real_models import DECODER, real_model
from fakes.word_likelihood import WordLikelihood

from excerpt import Budget, Chain
from excerpt.compressors import PerceptionCompressor
from excerpt.errors import ConfigError
from excerpt.testing import HashEncoder
from excerpt.tokens import count_words

QUESTION = "When was the mill at Arden built again?"
PASSAGES = [
    "Bees sleep in winter. A hive weighs twelve kilograms.",
    "The mill at Arden burned. The mill at Arden was built again by two sons in 1861.",
    "Rye is a grass that grows on poor soil in every valley.",
]


def compressed(tokens, **options):
    stage = PerceptionCompressor(WordLikelihood(), encoder=HashEncoder(), **options)
    return Chain([stage]).compress(QUESTION, PASSAGES, budget=Budget(tokens=tokens, tokenizer=count_words))


def test_documents_are_taken_until_the_budget_is_full():
    """The best alone where it fills it."""
    assert [bool(one.spans) for one in compressed(8).passages] == [False, True, False]


def test_the_rest_is_what_was_foretold():
    """Without guided words the likeliest stay, with ``lowest`` off the unlikeliest."""
    none = {"guided": 0.0, "guided_slope": 0.0}
    lowest, highest = (compressed(8, lowest=flag, **none).passages[1].spans for flag in (True, False))
    second = PASSAGES[1].index("The mill at Arden was")
    said_before = {start for start, _ in lowest if second <= start < second + len("The mill at Arden")}
    assert len(said_before) == 4
    assert not said_before & {start for start, _ in highest}
    guided = compressed(8, guided=1.0, guided_slope=0.0).text.split()
    assert {"mill", "Arden", "built", "again"} <= set(guided)


def test_guiding_questions_choose_passages():
    """One that asks for bees brings them."""
    alone, guided = compressed(30), compressed(30, questions=["Where do bees sleep in winter?"])
    assert alone.text != guided.text or alone.passages[0].spans


def test_wrong_options():
    """Each is named."""
    with pytest.raises(ConfigError, match="perception-compressor: lowest"):
        compressed(8, lowest=1)
    with pytest.raises(ConfigError, match="dual-slope: slope"):
        compressed(8, slope=2)


@pytest.mark.slow
def test_the_real_model(request):
    """Sentences of the passage that answers."""
    stage = PerceptionCompressor(real_model(DECODER, request), unit="sentence")
    kept = Chain([stage]).compress(QUESTION, PASSAGES, budget=Budget(tokens=16, tokenizer=count_words))
    assert "Arden" in kept.text
