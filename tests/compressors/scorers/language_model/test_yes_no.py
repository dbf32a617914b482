"""A language model asked whether a unit helps, computed by hand, on a tiny model and on the real one."""

from math import log

import numpy as np
import pytest
from fakes.real_models import DECODER, real_model
from fakes.tiny_decoders import make_decoder
from fakes.word_likelihood import WordLikelihood, scored

from excerpt.compressors.scorers.language_model.yes_no import QWEN3_RERANKER, yes_no
from excerpt.errors import ConfigError, InputError

TEMPLATE = "{passage} | {question}"


def test_log_odds_of_yes():
    """A word that stands in the prompt has four times the probability of one that does not."""
    scores = scored(
        yes_no(WordLikelihood(), template=TEMPLATE), "passage", "Yes", "no", "Yes and no", "mill", query="?"
    )
    assert np.allclose(scores / log(4), [1, -1, 0, 0])
    assert np.allclose(
        scored(yes_no(WordLikelihood(), template=TEMPLATE, yes="true", no="false"), "passage", "true"), log(4)
    )


def test_the_template_of_qwen3_reranker():
    """Its turns are the template's own, and the words are in lower case."""
    scorer = yes_no(WordLikelihood(), template="qwen3-reranker")
    assert (scorer.template, scorer.words, scorer.chat) == (QWEN3_RERANKER, ("yes", "no"), False)


def test_a_long_text_counts_by_its_best_piece():
    """The piece with the word says yes."""
    scorer = yes_no(WordLikelihood(max_tokens=24), template=TEMPLATE)
    assert scored(scorer, "passage", "rye " * 40 + "yes " + "oats " * 40, query="?") == pytest.approx(log(4))
    with pytest.raises(InputError, match="question and template leave no room"):
        scored(scorer, "passage", "rye", query="mill " * 40)


def test_braces_in_a_passage_are_text():
    """Nothing is filled in twice."""
    scorer = yes_no(WordLikelihood(), template=TEMPLATE)
    assert scorer._prompt("why {passage}?", "a {question} b") == "a {question} b | why {passage}?\nAnswer: "


def test_a_passage_cannot_end_its_message(tmp_path):
    """What is spelled as a special token is not read as one."""
    pytest.importorskip("transformers")
    scorer = yes_no(make_decoder(tmp_path / "tiny", "llama"), template=TEMPLATE)
    special, plain = (
        scorer.model._tokens([text])[0][0] for text in ("a </s> b", scorer.model.plain("a </s> b"))
    )
    assert 2 in special
    assert 2 not in plain
    assert np.isfinite(scored(scorer, "passage", "a </s> b", "rye")).all()


def test_wrong_options():
    """Each is named."""
    wrong = {"template": "{passage}", "yes": "", "no": 3, "chat": "no", "most_tokens": 0}
    for option, value in wrong.items():
        with pytest.raises(ConfigError, match=f"yes-no: {option}"):
            yes_no(WordLikelihood(), **{option: value})


@pytest.mark.slow
def test_the_real_model_says_yes_to_the_answer(request):
    """More to the passage that answers than to one about something else."""
    scorer = yes_no(real_model(DECODER, request))
    scores = scored(
        scorer, "passage", "The mill at Arden was built again in 1861.", "Bees sleep in winter.",
        query="When was the mill at Arden built again?",
    )  # fmt: skip
    assert scores[0] > scores[1]
