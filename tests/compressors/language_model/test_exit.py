"""EXIT: P(Yes) of the paper's prompt, by hand; the released adapter's layout on random weights."""

import numpy as np
import pytest

from excerpt import Chain, ConfigError, Passage
from excerpt.compressors import Exit
from excerpt.compressors.scorers.language_model.exit import ExitScore
from excerpt.testing import EXAMPLES, Example, check_compressor
from excerpt.values.types import Context, Units

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from fakes.tiny_decoders import make_decoder  # noqa: E402 - needs torch
from fakes.tiny_released import make_adapter  # noqa: E402 - needs torch

from excerpt.models.generation.likelihood import CausalLikelihood  # noqa: E402 - needs torch

TEXT = "Nobody counted the rye. The miller weighed twelve sacks."
QUERY = "Who weighed {context} sacks?"
PROMPT = """<start_of_turn>user
Query:
Who weighed {context} sacks?
Full context:
Mill
Nobody counted the rye. The miller weighed twelve sacks.
Sentence:
The miller weighed twelve sacks.
Is this sentence useful in answering the query? Answer only "Yes" or "No".<end_of_turn>
<start_of_turn>model
"""


@pytest.fixture(scope="module")
def adapter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exit")
    return make_adapter(folder / "exit", make_decoder(folder / "gemma", "llama"))


@pytest.fixture(scope="module")
def likelihood(adapter):
    return CausalLikelihood(adapter, batch=1)


def units(*spans):
    """Of one passage."""
    return Units.of("sentence", [list(spans)])


def test_a_score_is_yes_against_no_behind_the_papers_prompt(likelihood):
    """To the letter, title and whole passage in view."""
    score = ExitScore(likelihood).score(
        Context.start(QUERY, [Passage(TEXT, title="Mill")]), units((24, len(TEXT)))
    )
    tokenizer, network = likelihood._load()
    with torch.inference_mode():
        logits = network(torch.tensor([tokenizer(PROMPT)["input_ids"]])).logits[0, -1]
    yes, no = (tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in ("Yes", "No"))
    wanted = torch.softmax(torch.stack([logits[yes], logits[no]]), 0)[0]
    np.testing.assert_allclose(score, [float(wanted)], rtol=1e-5)


def test_of_a_long_passage_its_ends_are_shown(likelihood):
    """As much as fits; question and sentence are never cut."""
    scorer = ExitScore(likelihood, max_tokens=400)
    long = f"Begin. {'rye ' * 400}End."
    shown = scorer._cut(long, 60)
    assert shown.startswith("Begin.")
    assert shown.endswith("End.")
    assert 50 < likelihood.count([shown])[0] <= 60
    score = scorer.score(Context.start("who?", [Passage(long)]), units((0, 6)))
    assert 0 < score[0] < 1


def test_threshold_budget_and_toml(adapter):
    """Half is the paper's; the contract holds."""
    every = Chain([Exit(str(adapter), threshold=0)]).compress(QUERY, [TEXT])
    assert every.text == TEXT
    assert Chain([Exit(str(adapter), threshold=1)]).compress(QUERY, [TEXT]).text == ""
    stage = Exit(str(adapter))
    scores = stage.scorer.score(Context.start(QUERY, [Passage(TEXT)]), units((0, 23), (24, len(TEXT))))
    kept = Chain([stage]).compress(QUERY, [TEXT]).text
    assert [TEXT[:23] in kept, TEXT[24:] in kept] == (scores >= 0.5).tolist()
    check_compressor(
        "exit", {"model": str(adapter)}, examples=[Example(EXAMPLES[0].query, EXAMPLES[0].passages[:1])]
    )


def test_wrong_options_are_refused(likelihood):
    """By name."""
    with pytest.raises(ConfigError, match="exit: give threshold or selector, not both"):
        Exit(likelihood, threshold=0.5, selector="greedy")
    with pytest.raises(ConfigError, match="exit: model must be a name, a directory or a CausalLikelihood"):
        Exit(5)
    with pytest.raises(ConfigError, match="exit: max_tokens must be a whole number of at least 64"):
        Exit(likelihood, max_tokens=1)
